/**
 * Models written as GGUF files: quantised, or converted from Hugging Face folders.
 *
 * <p>In reading order: {@link wok.convert.Draft} (a file to be: metadata, and tensors that are read when they are
 * written), {@link wok.convert.WritePlan} (with the type of each tensor, which {@code TypeMix} chooses),
 * {@link wok.convert.ModelWriter} and {@code TensorEncoder} (how it is written in little memory),
 * {@link wok.convert.Quantiser} with {@code ScaleSearch}, {@code AffineSearch} and a {@code BlockQuantiser} for each
 * layout, {@link wok.convert.Importance} (what the quantisers may know about activations).
 *
 * <p>What is written is a pure function of what is read: no thread count, clock or machine is in it.
 *
 * <p>The package knows models by their names and shapes. It must not know terminals or how a model is run.
 */
package wok.convert;
