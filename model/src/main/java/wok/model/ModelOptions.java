package wok.model;

import java.util.Optional;
import wok.kernels.ActivationPrecision;
import wok.kernels.KernelSet;

/**
 * How a model is run. None of these but {@code activations}, and for LongRoPE {@code contextMax},
 * changes a bit of its answers.
 *
 * @param kernels the kernel set; empty = the best that passes its self-test here
 * @param threads how many threads compute, the caller's among them
 * @param activations Q8: activations meet quantised weights as 8-bit numbers; F32: everything in 32-bit floats. Weights
 *     in F32, F16 or BF16 always meet 32-bit floats
 * @param contextMax the context is cut to this many positions; the model's own when that is shorter. For models with
 *     {@link RopeScaling.LongRope} it chooses the angles too: unless more is asked for here, they have the context of their
 *     first training, and its short factors
 * @param packedCache where packed weights are kept between runs; empty = nowhere, they are packed every time
 * @param observer is told what matrices are multiplied with; empty = nobody is
 */
public record ModelOptions(
        Optional<KernelSet> kernels,
        int threads,
        ActivationPrecision activations,
        int contextMax,
        Optional<PackedCache> packedCache,
        Optional<ActivationObserver> observer) {
    public static final int THREADS_MAX = 1024;

    public ModelOptions {
        if (threads < 1 || threads > THREADS_MAX) {
            throw new IllegalArgumentException("threads: " + threads + " (expected: 1 to " + THREADS_MAX + ")");
        }
        if (contextMax < 1) {
            throw new IllegalArgumentException("contextMax: " + contextMax + " (expected: 1 or more)");
        }
    }

    /** The best kernels on all processors, 8-bit activations for quantised weights, the model's own context. */
    public static ModelOptions defaults() {
        int threads = Math.min(Runtime.getRuntime().availableProcessors(), THREADS_MAX);
        return new ModelOptions(
                Optional.empty(),
                threads,
                ActivationPrecision.Q8,
                Integer.MAX_VALUE,
                Optional.empty(),
                Optional.empty());
    }

    public ModelOptions withKernels(KernelSet set) {
        return new ModelOptions(Optional.of(set), threads, activations, contextMax, packedCache, observer);
    }

    public ModelOptions withThreads(int count) {
        return new ModelOptions(kernels, count, activations, contextMax, packedCache, observer);
    }

    public ModelOptions withActivations(ActivationPrecision precision) {
        return new ModelOptions(kernels, threads, precision, contextMax, packedCache, observer);
    }

    public ModelOptions withContextMax(int positions) {
        return new ModelOptions(kernels, threads, activations, positions, packedCache, observer);
    }

    public ModelOptions withPackedCache(Optional<PackedCache> cache) {
        return new ModelOptions(kernels, threads, activations, contextMax, cache, observer);
    }

    public ModelOptions withObserver(ActivationObserver told) {
        return new ModelOptions(kernels, threads, activations, contextMax, packedCache, Optional.of(told));
    }
}
