/**
 * Canonical arithmetic on packed weights: the same bits on every machine, with any number of threads, in any batch.
 * Knows no models and no files, only {@link wok.tensor.Tensor}s.
 *
 * <p>Reading order: {@link wok.kernels.Compute} (what a model calls), {@link wok.kernels.PackedMatrix} and
 * {@link wok.kernels.WeightPacker} (weights), {@link wok.kernels.Activations}, {@link wok.kernels.KvLayer};
 * {@link wok.kernels.Kernels} and the two sets behind it, reference first; {@link wok.kernels.CanonicalMath};
 * {@link wok.kernels.ThreadTeam}. The formulas and their order of operations are in docs/math.
 */
package wok.kernels;
