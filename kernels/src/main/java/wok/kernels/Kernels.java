package wok.kernels;

import java.util.List;
import java.util.Optional;

/**
 * One implementation of the canonical arithmetic. All sets give the same bits; {@link Compute} is what a model calls.
 * Stateless; any thread.
 */
public sealed interface Kernels permits LeafKernels {
    /** {@code reference}, {@code vector (512 bits)}, {@code machine:avx512}, … */
    String name();

    KernelSet set();

    /** What this set does not do itself here since it would be wrong, one line each; mostly none. */
    default List<String> notes() {
        return List.of();
    }

    /**
     * The named set.
     *
     * @throws KernelException if it does not work on this machine
     */
    static Kernels create(KernelSet set) {
        return KernelSelection.of(Optional.of(set)).kernels();
    }

    /** The fastest set that works here and passes its self-test, with the reason for the choice. */
    static KernelSelection best() {
        return KernelSelection.best();
    }
}
