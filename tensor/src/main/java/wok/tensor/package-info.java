/**
 * A typed view of memory: {@link wok.tensor.DType}, {@link wok.tensor.Shape}, {@link wok.tensor.Tensor}. No arithmetic, no files.
 */
package wok.tensor;
