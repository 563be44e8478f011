package wok.kernels;

/**
 * One implementation of the canonical arithmetic. All sets give the same bits; {@link Compute} is what a model calls.
 * Stateless; any thread.
 */
public sealed interface Kernels permits LeafKernels {
    /** {@code reference}, {@code vector (512 bits)}, {@code machine:avx512}, … */
    String name();

    KernelSet set();

    /**
     * The named set.
     *
     * @throws KernelException if it does not work on this machine
     */
    static Kernels create(KernelSet set) {
        return KernelSelection.create(set);
    }

    /** The fastest set that works here and passes its self-test, with the reason for the choice. */
    static KernelSelection best() {
        return KernelSelection.best();
    }
}
