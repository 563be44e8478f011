package wok.kernels;

import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAccumulator;
import java.util.function.IntToDoubleFunction;
import wok.assembler.CpuFeatures;
import wok.assembler.MachineFunction;
import wok.assembler.Width;

/**
 * Measures {@link MachinePeaks} with the loops of {@link ProbeCode}. Each figure is the best of many runs of
 * {@value #RUN_MICROS} microseconds and more, which take {@value #FIGURE_MILLIS} ms together: short enough for
 * {@code wok doctor}, and of many short runs some are undisturbed even while other programs have the processors too.
 *
 * <p>All threads may do no more than one: two processors of a virtual machine can be two threads of one core. Here a
 * loop that waits for its own sums became 1.9 times as fast with the second thread, one that fills the multiply units
 * not at all.
 *
 * <p>How large the memory buffer is: beyond the caches, which is not to be had by asking for their size, since a virtual
 * machine is told of its host's (480 MiB for two cores here, while reading slows down from 64 MiB on). A thread reads
 * its own part, so each part must exceed what of the caches is nearest to its core: 16 MiB, together at least 256 MiB
 * (zeroed in 0.15 s) and at most 1 GiB. A run reads a {@value #WINDOWS}th, the next run the next.
 *
 * <p>One caller at a time; it starts threads of its own and ends them.
 */
final class MachineProbe {
    private static final long MEMORY_BYTES_MIN = 256L << 20;
    private static final long MEMORY_BYTES_MAX = 1L << 30;
    private static final long MEMORY_BYTES_PER_THREAD = 16L << 20;

    /** Second-level caches hold 256 KiB at least since 2008. */
    private static final long CACHE_BYTES_PER_THREAD = 128L << 10;

    private static final int WINDOWS = 16;

    /** What one turn does: some 10 microseconds. */
    private static final int LOOPS_PER_TURN = 1000;

    private static final int CACHE_READS_PER_TURN = 16;

    private static final int RUN_MICROS = 500;
    private static final int FIGURE_MILLIS = 40;

    private final ThreadTeam team;
    private long turns;

    private MachineProbe(ThreadTeam team) {
        this.team = team;
    }

    static MachinePeaks measure(int threads) {
        CpuFeatures cpu = cpu();
        Width width = cpu.avx512() ? Width.ZMM : Width.YMM;
        try (ThreadTeam team = ThreadTeam.create(threads);
                Arena arena = Arena.ofShared()) {
            MachineProbe probe = new MachineProbe(team);
            MachineFunction read = ProbeCode.read(width, arena);
            List<MachinePeaks.MultiplyAdds> multiplyAdds = new ArrayList<>();
            for (ProbeCode.Loop loop : loops(cpu, arena)) {
                multiplyAdds.add(probe.multiplyAdds(loop));
            }
            MachinePeaks.Reading memory = probe.memory(read, memoryBytes(threads));
            return new MachinePeaks(threads, memory, probe.cache(read), multiplyAdds);
        }
    }

    static double readBandwidth(int threads) {
        Width width = cpu().avx512() ? Width.ZMM : Width.YMM;
        try (ThreadTeam team = ThreadTeam.create(threads);
                Arena arena = Arena.ofShared()) {
            MachinePeaks.Reading memory =
                    new MachineProbe(team).memory(ProbeCode.read(width, arena), memoryBytes(threads));
            return memory.bytesPerSecond().allThreads();
        }
    }

    private static long memoryBytes(int threads) {
        return Math.clamp(threads * MEMORY_BYTES_PER_THREAD, MEMORY_BYTES_MIN, MEMORY_BYTES_MAX);
    }

    private static CpuFeatures cpu() {
        try {
            CpuFeatures cpu = CpuFeatures.read();
            if (cpu.avx2() && cpu.fma()) {
                return cpu;
            }
            throw new KernelException("probe: a CPU without AVX2 and FMA (expected: both, for machine code)");
        } catch (UnsupportedOperationException e) {
            throw new KernelException("probe: " + e.getMessage(), e);
        }
    }

    private static List<ProbeCode.Loop> loops(CpuFeatures cpu, Arena arena) {
        List<ProbeCode.Loop> loops = new ArrayList<>();
        if (cpu.amx()) {
            loops.add(ProbeCode.tiles(arena));
        }
        if (cpu.vnni()) {
            loops.add(ProbeCode.dotProducts(Width.ZMM, arena));
        }
        if (cpu.avx512()) {
            loops.add(ProbeCode.floats(Width.ZMM, arena));
        }
        loops.add(ProbeCode.bytePairs(Width.YMM, arena));
        loops.add(ProbeCode.floats(Width.YMM, arena));
        return loops;
    }

    private MachinePeaks.MultiplyAdds multiplyAdds(ProbeCode.Loop loop) {
        MachinePeaks.Rate rate = rate(
                threads -> (double) LOOPS_PER_TURN * loop.multiplyAdds(),
                (worker, threads, turn) -> loop.code().callLong(LOOPS_PER_TURN, 0, 0, 0, 0, 0));
        return new MachinePeaks.MultiplyAdds(loop.element(), loop.instruction(), loop.registerBits(), rate);
    }

    /** The threads share a window, and the windows follow each other. */
    private MachinePeaks.Reading memory(MachineFunction read, long bytes) {
        try (Arena arena = Arena.ofShared()) {
            long buffer = arena.allocate(bytes, ProbeCode.READ_STEP).address();
            long window = bytes / WINDOWS;
            MachinePeaks.Rate rate = rate(threads -> part(window, threads), (worker, threads, turn) -> {
                long part = part(window, threads);
                read.callLong(buffer + turn % WINDOWS * window + worker * part, part, 1, 0, 0, 0);
            });
            return new MachinePeaks.Reading(bytes, rate);
        }
    }

    private static long part(long window, int threads) {
        return window / threads / ProbeCode.READ_STEP * ProbeCode.READ_STEP;
    }

    /** Each thread reads its own bytes again and again. */
    private MachinePeaks.Reading cache(MachineFunction read) {
        try (Arena arena = Arena.ofShared()) {
            long bytes = team.threads() * CACHE_BYTES_PER_THREAD;
            long buffer = arena.allocate(bytes, ProbeCode.READ_STEP).address();
            MachinePeaks.Rate rate = rate(
                    threads -> (double) CACHE_READS_PER_TURN * CACHE_BYTES_PER_THREAD,
                    (worker, threads, turn) -> read.callLong(
                            buffer + worker * CACHE_BYTES_PER_THREAD,
                            CACHE_BYTES_PER_THREAD,
                            CACHE_READS_PER_TURN,
                            0,
                            0,
                            0));
            return new MachinePeaks.Reading(bytes, rate);
        }
    }

    /** One thread's share of a turn. */
    @FunctionalInterface
    private interface Work {
        void run(int worker, int threads, long turn);
    }

    /**
     * How much a second by one thread, and by all together.
     *
     * @param amount that one of so many threads does in a turn
     */
    private MachinePeaks.Rate rate(IntToDoubleFunction amount, Work work) {
        double one = amount.applyAsDouble(1) * turnsPerSecond(1, work);
        int all = team.threads();
        return new MachinePeaks.Rate(one, all == 1 ? one : all * amount.applyAsDouble(all) * turnsPerSecond(all, work));
    }

    private double turnsPerSecond(int threads, Work work) {
        long count = 1;
        double seconds = leastSeconds(threads, count, work);
        while (seconds < RUN_MICROS / 1e6) { // the first runs also wake the clock and the vector units
            count *= 2;
            seconds = leastSeconds(threads, count, work);
        }
        double least = seconds;
        long started = System.nanoTime();
        while (System.nanoTime() - started < FIGURE_MILLIS * 1_000_000L) {
            least = Math.min(least, seconds(threads, count, work));
        }
        return count / least;
    }

    /** Of two runs, since one that was interrupted looks long enough. */
    private double leastSeconds(int threads, long count, Work work) {
        double first = seconds(threads, count, work);
        return first < RUN_MICROS / 1e6 ? first : Math.min(first, seconds(threads, count, work));
    }

    /** From the start of the first thread to the end of the last; all begin together. */
    private double seconds(int threads, long count, Work work) {
        LongAccumulator start = new LongAccumulator(Math::min, Long.MAX_VALUE);
        LongAccumulator end = new LongAccumulator(Math::max, Long.MIN_VALUE);
        AtomicInteger missing = new AtomicInteger(threads);
        long first = turns;
        long zero = System.nanoTime();
        team.run(threads, (worker, _) -> {
            missing.decrementAndGet();
            while (missing.get() > 0) {
                Thread.onSpinWait(); // a thread that is woken comes within microseconds
            }
            start.accumulate(System.nanoTime() - zero);
            for (long turn = first; turn < first + count; turn++) {
                work.run(worker, threads, turn);
            }
            end.accumulate(System.nanoTime() - zero);
        });
        turns += count;
        return (end.get() - start.get()) / 1e9;
    }
}
