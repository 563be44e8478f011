package wok.model;

import wok.kernels.PackedMatrix;

/**
 * What an adapter adds to one projection: {@code y += scale * B (A x)}. Source: Hu et al. 2021, "LoRA". Immutable.
 *
 * @param a [rank, columns]
 * @param b [rows, rank]
 * @param scale alpha / rank, or alpha / sqrt(rank)
 */
record LowRankUpdate(PackedMatrix a, PackedMatrix b, float scale) {}
