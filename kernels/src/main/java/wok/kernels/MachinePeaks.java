package wok.kernels;

import java.util.Comparator;
import java.util.List;

/**
 * What this machine can do at most, as measured by loops of machine code that do nothing else: what a kernel's speed is
 * a share of. Decoding is bound by reading memory, reading a prompt by multiply-adds. Immutable; any thread.
 *
 * <p>Figures are of the moment: other programs, the clock's mood and the neighbours of a virtual machine move them by
 * tenths. The best of a few runs is kept, so they err on the low side.
 *
 * @param threads that ran at once for {@link Rate#allThreads}
 * @param memory reading a buffer beyond the caches
 * @param cache reading what a core's second-level cache holds, each thread its own
 * @param multiplyAdds in registers, by instruction; the best of each element first
 */
public record MachinePeaks(int threads, Reading memory, Reading cache, List<MultiplyAdds> multiplyAdds) {
    /** How much a second: by one thread alone, and by all together. */
    public record Rate(double oneThread, double allThreads) {}

    /**
     * Reading in order, in four streams at once.
     *
     * @param bufferBytes what is read, again and again
     * @param bytesPerSecond with one thread and all
     */
    public record Reading(long bufferBytes, Rate bytesPerSecond) {}

    /** What is multiplied. */
    public enum Element {
        /** Products of 8-bit integers, added in 32 bits. */
        INT8,
        /** Fused multiply-adds of 32-bit floats. */
        FLOAT32
    }

    /**
     * Products that are added to a sum: a multiplication and an addition count as one.
     *
     * @param instruction or instructions, as Intel's manuals call them
     * @param vectorBits of a register: a vector, or a tile of AMX
     * @param perSecond multiply-adds, with one thread and all
     */
    public record MultiplyAdds(Element element, String instruction, int vectorBits, Rate perSecond) {}

    public MachinePeaks {
        multiplyAdds = multiplyAdds.stream()
                .sorted(Comparator.comparing(MultiplyAdds::element)
                        .thenComparingDouble(m -> -m.perSecond().allThreads()))
                .toList();
    }

    /**
     * Measures for about a second. The machine should be idle.
     *
     * @param threads for the figures of all threads, 1 and more
     * @throws KernelException if this machine runs no machine code of ours: why
     */
    public static MachinePeaks measure(int threads) {
        return MachineProbe.measure(threads);
    }

    /**
     * Bytes a second that so many threads read together, beyond the caches: the one figure that tells how fast answers
     * can be. Takes a quarter of a second.
     *
     * @throws KernelException if this machine runs no machine code of ours: why
     */
    public static double readBandwidth(int threads) {
        return MachineProbe.readBandwidth(threads);
    }

    /** The most multiply-adds of a kind of element that any instruction of this machine makes. */
    public MultiplyAdds best(Element element) {
        return multiplyAdds.stream()
                .filter(m -> m.element() == element)
                .findFirst()
                .orElseThrow();
    }
}
