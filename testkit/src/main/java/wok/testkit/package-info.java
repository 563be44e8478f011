/**
 * Models small enough to be made inside a test, in both file formats, and seeded generators.
 *
 * <p>Tests of the floors above need models: real ones are hundreds of megabytes, and golden files show only what was
 * foreseen when they were made. So a test says what it needs as a value, and gets the same bytes on every machine:
 *
 * <pre>
 * Path file = TinyModel.of(TinyFamily.QWEN3).withLayers(3).withDtype(DType.Q8_0).writeGguf(folder.resolve("m.gguf"));
 * </pre>
 *
 * <p>In reading order: {@link wok.testkit.TinyModel} (the value and its two forms on disk), {@link
 * wok.testkit.TinyFamily} (what the families differ in), {@link wok.testkit.TinyTokenizer} (vocabulary, merges, chat
 * template), {@link wok.testkit.BlockQuantiser} (valid quantised blocks with the exact values they mean), {@link
 * wok.testkit.RandomText}.
 *
 * <p>The package knows formats and tensor. It must not know kernels or models: what tests them must not be built from
 * them. Only tests depend on it.
 */
package wok.testkit;
