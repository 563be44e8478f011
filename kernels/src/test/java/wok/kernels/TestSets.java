package wok.kernels;

import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.stream.Stream;

/** The kernel sets that this machine can run, made once. */
final class TestSets {
    private static final Map<KernelSet, Kernels> SETS = new EnumMap<>(KernelSet.class);

    static {
        for (KernelSet set : KernelSet.values()) {
            try {
                SETS.put(set, Kernels.create(set));
            } catch (KernelException e) {
                System.err.println("not tested on this machine: " + e.getMessage());
            }
        }
    }

    private TestSets() {}

    /** All but the reference: the vector set is always there, a machine tier where the CPU has it. */
    static Stream<Kernels> fast() {
        return SETS.entrySet().stream()
                .filter(entry -> entry.getKey() != KernelSet.REFERENCE && entry.getKey() != KernelSet.MACHINE)
                .map(Map.Entry::getValue);
    }

    /** The machine set's tiers that this machine can run. */
    static Stream<MachineTier> machineTiers() {
        return Arrays.stream(MachineTier.values()).filter(tier -> SETS.containsKey(tier.set()));
    }

    static Kernels reference() {
        return new ReferenceKernels();
    }
}
