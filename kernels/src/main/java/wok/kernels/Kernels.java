package wok.kernels;

/**
 * One implementation of the canonical arithmetic. All sets give the same bits; {@link Compute} is what a model calls.
 * Stateless; any thread.
 */
public sealed interface Kernels permits LeafKernels {
    /** {@code reference}, {@code vector (512 bits)}, … */
    String name();

    KernelSet set();

    /**
     * The named set.
     *
     * @throws KernelException if it is not in this build or does not work on this machine
     */
    static Kernels create(KernelSet set) {
        return switch (set) {
            case REFERENCE -> new ReferenceKernels();
            case VECTOR -> KernelSelection.vector();
            case MACHINE ->
                throw new KernelException("kernels: machine is not in this build (expected: vector or reference)");
        };
    }

    /** The fastest set that works here and passes its self-test, with the reason for the choice. */
    static KernelSelection best() {
        return KernelSelection.best();
    }
}
