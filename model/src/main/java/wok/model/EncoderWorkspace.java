package wok.model;

import java.lang.foreign.Arena;
import wok.kernels.Activations;
import wok.kernels.FloatRows;
import wok.kernels.KvLayer;
import wok.kernels.KvType;
import wok.kernels.WeightMemory;

/**
 * The memory that an encoder's forward computes in, allocated once for a batch's greatest number of rows. Keys and values
 * are of one layer: the next one overwrites them, since nothing looks back at them.
 *
 * @param hidden the stream that every block adds to: rows x hidden
 * @param normed what a block reads when norms come first: the same shape
 * @param output what a block gives: the same shape
 * @param mixed what attention gives to its output projection: the same shape, as are queries, keys and values
 * @param inner rows x inner, as are factors
 * @param kv blocks of 16 positions, in 32-bit floats
 */
record EncoderWorkspace(
        Activations hidden,
        Activations normed,
        FloatRows output,
        FloatRows queries,
        FloatRows keys,
        FloatRows values,
        Activations mixed,
        Activations inner,
        FloatRows factors,
        KvLayer kv) {

    static EncoderWorkspace allocate(Arena arena, EncoderConfig config, int rows, int blocks) {
        int width = config.hidden();
        return new EncoderWorkspace(
                Activations.allocate(arena, rows, width),
                Activations.allocate(arena, config.normsFirst() ? rows : 1, width),
                FloatRows.allocate(arena, rows, width),
                FloatRows.allocate(arena, rows, width),
                FloatRows.allocate(arena, rows, width),
                FloatRows.allocate(arena, rows, width),
                Activations.allocate(arena, rows, width),
                Activations.allocate(arena, rows, config.inner()),
                FloatRows.allocate(arena, config.gated() ? rows : 1, config.inner()),
                KvLayer.allocate(new WeightMemory(arena), blocks, config.heads(), config.headDim(), KvType.F32));
    }
}
