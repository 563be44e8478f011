package wok.kernels;

import java.util.List;

/**
 * Which kernel set was chosen and why, for {@code wok doctor}.
 *
 * @param reason one sentence
 * @param selfTests one line per operation that was compared with the reference, empty if the set did not load
 */
public record KernelSelection(Kernels kernels, String reason, List<String> selfTests) {
    public KernelSelection {
        selfTests = List.copyOf(selfTests);
    }

    public KernelSet set() {
        return kernels.set();
    }

    private static final String ABSENT = "kernels: vector needs the module jdk.incubator.vector"
            + " (expected: java --add-modules jdk.incubator.vector, or wok on the module path)";

    /** The vector set if it loads and agrees with the reference, else the reference. */
    static KernelSelection best() {
        ReferenceKernels reference = new ReferenceKernels();
        if (!vectorIsPresent()) {
            return new KernelSelection(reference, ABSENT, List.of());
        }
        return judge(new VectorKernels(), reference);
    }

    /** The tested set if all its self-tests agree, else the reference. */
    static KernelSelection judge(Kernels tested, Kernels reference) {
        List<SelfTest.Result> results = SelfTest.run(tested, reference);
        boolean agrees = results.stream().allMatch(SelfTest.Result::agrees);
        String reason = tested.name()
                + (agrees
                        ? " agrees with the reference bit for bit"
                        : " differs from the reference on this machine, see the self-tests");
        List<String> lines = results.stream().map(SelfTest.Result::toString).toList();
        return new KernelSelection(agrees ? tested : reference, reason, lines);
    }

    /**
     * The vector set.
     *
     * @throws KernelException if the Vector API is not there
     */
    static Kernels vector() {
        if (!vectorIsPresent()) {
            throw new KernelException(ABSENT);
        }
        return new VectorKernels();
    }

    private static boolean vectorIsPresent() {
        return ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent();
    }
}
