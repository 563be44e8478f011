/**
 * A typed view of weights: {@link wok.tensor.DType} (and {@link wok.tensor.Float8}, which Java has no words for),
 * {@link wok.tensor.Shape}, {@link wok.tensor.Tensor} and where its
 * bytes come from, {@link wok.tensor.TensorContents}. No arithmetic, no files.
 */
package wok.tensor;
