/**
 * Model files: GGUF and safetensors with their companions, read and written; state dicts of PyTorch's, read; and JSON,
 * which half of them are made of.
 *
 * <p>Hostile bytes stop here. A model is downloaded from strangers, and everything above believes what this package
 * hands up: that a tensor has as many bytes as its shape says, that names are unique, that no two tensors share memory
 * (those of a state dict may, and it does no harm).
 * So the readers have one rule: nothing a file claims is believed before it is compared with the bytes that are there.
 * Counts are checked against what is left before anything is allocated, products are formed with overflow checks,
 * nesting and totals have limits that are named constants beside the reader. What breaks a rule gets a
 * {@link wok.formats.MalformedModelException}: path, byte offset, field, found, expected.
 *
 * <p>Weights are not read but mapped: opening takes the time of the header (a file of 40 GB opens as fast as one of
 * 40 MB), pages come in when they are used, and several processes share them. The price: a file that is cut off while
 * it is open makes later reads of its memory fail with an InternalError. Reading through buffers was rejected: it
 * doubles the memory. Headers are copied to the heap, so that metadata outlive the model.
 *
 * <p>In reading order: {@link wok.formats.ModelSource} (what an opened model is), {@link wok.formats.GgufModel} and its
 * {@code GgufReader}, {@link wok.formats.GgufMetadata}, {@link wok.formats.HuggingFaceFolder} and its
 * {@code SafetensorsReader} and {@code ShardIndex}, {@code TorchCheckpoint} with
 * {@code PickleReader} and {@code StoredZip}, {@code Quantisation} and {@code StoredTensors} (weights that a folder
 * stores in several tensors), {@link wok.formats.Json} and its {@code JsonParser},
 * {@link wok.formats.LenientUtf8} (tokens that are not text), {@link wok.formats.GgufWriter},
 * {@link wok.formats.SafetensorsWriter}.
 *
 * <p>The package knows tensors as typed memory. It must not know what a model does with them: no families, no
 * tokenizers, and of arithmetic only what undoes a checkpoint's own way of storing a weight (a code times its scale).
 */
package wok.formats;
