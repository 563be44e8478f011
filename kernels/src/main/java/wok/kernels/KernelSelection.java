package wok.kernels;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Which kernel set was chosen and why, for {@code wok doctor}.
 *
 * <p>The sets are tried from the fastest on: the first that works here and computes small cases as the reference does,
 * bit for bit, is taken. A set that is not needed is not touched: loading the Vector API's classes alone takes most of
 * a second of a processor.
 *
 * @param reason one sentence
 * @param selfTests one line per operation of the chosen set that was compared with the reference; if none was good
 *     enough, those of the sets that differed
 * @param passedOver for each faster set one line why it was not taken
 */
public record KernelSelection(Kernels kernels, String reason, List<String> selfTests, List<String> passedOver) {
    private static final String VECTOR_ABSENT = KernelSet.VECTOR + ": the module jdk.incubator.vector is not there"
            + " (expected: java --add-modules jdk.incubator.vector, which wok --kernels vector sees to)";

    /** The sets from the fastest on; the reference is behind them. */
    private static final List<Candidate> FASTER = List.of(
            new Candidate(KernelSet.MACHINE_AMX, () -> MachineKernels.create(MachineTier.AVX512, true)),
            new Candidate(KernelSet.MACHINE_AVX512, () -> MachineKernels.create(MachineTier.AVX512, false)),
            new Candidate(KernelSet.MACHINE_AVX2, () -> MachineKernels.create(MachineTier.AVX2, false)),
            new Candidate(KernelSet.VECTOR, KernelSelection::vector));

    /**
     * A set that may be taken.
     *
     * @param make throws {@link KernelException} if the set does not work here
     */
    record Candidate(KernelSet set, Supplier<LeafKernels> make) {}

    public KernelSelection {
        selfTests = List.copyOf(selfTests);
        passedOver = List.copyOf(passedOver);
    }

    public KernelSet set() {
        return kernels.set();
    }

    /** The name of the set, why no faster one was taken, and what it leaves to the reference: one line. */
    public String describe() {
        List<String> remarks = new ArrayList<>();
        passedOver.forEach(line -> remarks.add("not " + line));
        remarks.addAll(kernels.notes());
        return kernels.name() + (remarks.isEmpty() ? "" : " (" + String.join("; ", remarks) + ")");
    }

    /** The same choice with a self-test of everything, also of what is otherwise tested when a model first needs it. */
    public KernelSelection thoroughlyTested() {
        List<String> lines = SelfTest.everything(kernels, new ReferenceKernels()).stream()
                .map(SelfTest.Result::toString)
                .toList();
        return new KernelSelection(kernels, reason, lines, passedOver);
    }

    /** The best set of this machine, found out once: it is a constant of the machine, and kernels have no state. */
    private static final class OfThisMachine {
        private static final KernelSelection BEST = best(FASTER);
    }

    /**
     * Begins to choose and test the best set, on a thread of its own, so that it is there when a model is opened. Not
     * necessary; whoever asks for it meanwhile waits.
     */
    public static void prepare() {
        Thread.ofPlatform().daemon().name("wok-kernels-choice").start(KernelSelection::best);
    }

    /**
     * What {@link Kernels#create} makes of a wish, or the best set without one.
     *
     * @throws KernelException if the wish does not work here or differs from the reference
     */
    public static KernelSelection of(Optional<KernelSet> wish) {
        return wish.map(KernelSelection::asked).orElseGet(KernelSelection::best);
    }

    private static KernelSelection asked(KernelSet set) {
        return switch (set) {
            case REFERENCE -> given(new ReferenceKernels());
            case VECTOR -> given(vector());
            case MACHINE ->
                machine(FASTER.stream().filter(KernelSelection::isMachine).toList());
            case MACHINE_AMX, MACHINE_AVX512, MACHINE_AVX2 ->
                machine(FASTER.stream()
                        .filter(candidate -> candidate.set() == set)
                        .toList());
        };
    }

    /** A set that somebody asked for by name. */
    static KernelSelection given(Kernels kernels) {
        return new KernelSelection(kernels, kernels.name() + " was asked for", List.of(), List.of());
    }

    LeafKernels leaf() {
        return switch (kernels) {
            case LeafKernels leaf -> leaf;
        };
    }

    private static boolean isMachine(Candidate candidate) {
        return candidate.set() != KernelSet.VECTOR;
    }

    static KernelSelection best() {
        return OfThisMachine.BEST;
    }

    /** The first candidate that works and agrees with the reference, else the reference. */
    static KernelSelection best(List<Candidate> candidates) {
        ReferenceKernels reference = new ReferenceKernels();
        List<String> passedOver = new ArrayList<>();
        List<String> differing = new ArrayList<>();
        for (Candidate candidate : candidates) {
            try {
                LeafKernels kernels = candidate.make().get();
                List<SelfTest.Result> results = SelfTest.atStart(kernels, reference);
                List<String> lines =
                        results.stream().map(SelfTest.Result::toString).toList();
                if (results.stream().allMatch(SelfTest.Result::agrees)) {
                    String reason = kernels.name() + " agrees with the reference bit for bit";
                    return new KernelSelection(kernels, reason, lines, passedOver);
                }
                passedOver.add(differs(candidate.set(), results));
                differing.addAll(lines);
            } catch (KernelException e) {
                passedOver.add(String.valueOf(e.getMessage()));
            }
        }
        return new KernelSelection(reference, "no faster set works here", differing, passedOver);
    }

    private static String differs(KernelSet set, List<SelfTest.Result> results) {
        List<String> failed = results.stream()
                .filter(result -> !result.agrees())
                .map(SelfTest.Result::toString)
                .toList();
        return set + ": its self-test failed: " + failed.getFirst()
                + (failed.size() > 1 ? ", and " + (failed.size() - 1) + " more" : "");
    }

    private static KernelSelection machine(List<Candidate> tiers) {
        KernelSelection selection = best(tiers);
        if (selection.set() == KernelSet.REFERENCE) {
            throw new KernelException(
                    String.join("; ", selection.passedOver()) + "; take another set, all give the same answers");
        }
        return selection;
    }

    private static LeafKernels vector() {
        if (!vectorIsPresent()) {
            throw new KernelException(VECTOR_ABSENT);
        }
        return new VectorKernels();
    }

    private static boolean vectorIsPresent() {
        return ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent();
    }
}
