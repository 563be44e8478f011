package wok.kernels;

import java.util.List;

/**
 * Which kernel set was chosen and why, for {@code wok doctor}.
 *
 * @param reason one sentence
 * @param selfTests one line per operation that was compared with the reference
 */
public record KernelSelection(Kernels kernels, String reason, List<String> selfTests) {
    public KernelSelection {
        selfTests = List.copyOf(selfTests);
    }

    public KernelSet set() {
        return kernels.set();
    }

    static KernelSelection best() {
        return new KernelSelection(new ReferenceKernels(), "the vector set is not in this build", List.of());
    }

    static Kernels vectorOrThrow() {
        throw new KernelException("kernels: vector is not in this build (expected: reference)");
    }
}
