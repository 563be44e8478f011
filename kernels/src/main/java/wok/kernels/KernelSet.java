package wok.kernels;

import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Collectors;

/** The implementations of the canonical arithmetic; all give the same bits. */
public enum KernelSet {
    /** Scalar, written to be read: the specification. */
    REFERENCE("reference"),
    /** The JDK's Vector API, any width. */
    VECTOR("vector"),
    /** Machine code assembled at start-up, in the best tier that works here. */
    MACHINE("machine"),
    /** Machine code for AVX-512 with VNNI, and AMX where many tokens meet quantised weights. */
    MACHINE_AMX("machine:amx"),
    /** Machine code for AVX-512 with VNNI. */
    MACHINE_AVX512("machine:avx512"),
    /** Machine code for AVX2 with FMA and F16C. */
    MACHINE_AVX2("machine:avx2");

    private final String word;

    KernelSet(String word) {
        this.word = word;
    }

    /** What people call it: {@code reference}, {@code machine:avx2}, … */
    public String word() {
        return word;
    }

    /** The set of that name, in any case of letters. */
    public static Optional<KernelSet> named(String word) {
        return Arrays.stream(values())
                .filter(set -> set.word.equalsIgnoreCase(word))
                .findFirst();
    }

    /** All names, for messages: {@code reference, vector, …}. */
    public static String words() {
        return Arrays.stream(values()).map(KernelSet::word).collect(Collectors.joining(", "));
    }

    @Override
    public String toString() {
        return word;
    }
}
