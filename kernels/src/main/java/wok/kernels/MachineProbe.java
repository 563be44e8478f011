package wok.kernels;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.atomic.LongAccumulator;
import wok.assembler.CpuFeatures;
import wok.assembler.MachineFunction;
import wok.assembler.Width;

/**
 * Measures {@link MachinePeaks} with the loops of {@link ProbeCode}. Each figure is the best of runs of
 * {@value #RUN_MILLIS} ms and more, which take {@value #FIGURE_MILLIS} ms together: short enough for {@code wok doctor},
 * and of many short runs one is undisturbed even on a busy machine.
 *
 * <p>How large the memory buffer is: beyond the caches, which is not to be had by asking for their size, since a virtual
 * machine is told of its host's (480 MiB for two cores here, while reading slows down from 64 MiB on). A thread reads
 * its own part, so each part must exceed what of the caches is nearest to its core: 16 MiB, together at least 256 MiB
 * (zeroed in 0.15 s) and at most 1 GiB.
 *
 * <p>One caller at a time; it starts threads of its own and ends them.
 */
final class MachineProbe {
    private static final long MEMORY_BYTES_MIN = 256L << 20;
    private static final long MEMORY_BYTES_MAX = 1L << 30;
    private static final long MEMORY_BYTES_PER_THREAD = 16L << 20;

    /** Second-level caches hold 256 KiB at least since 2008. */
    private static final long CACHE_BYTES_PER_THREAD = 128L << 10;

    private static final int RUNS_MIN = 3;
    private static final int RUN_MILLIS = 3;
    private static final int FIGURE_MILLIS = 40;

    private final ThreadTeam team;

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
            long memoryBytes = Math.clamp(threads * MEMORY_BYTES_PER_THREAD, MEMORY_BYTES_MIN, MEMORY_BYTES_MAX);
            return new MachinePeaks(
                    threads,
                    probe.reading(read, memoryBytes),
                    probe.reading(read, threads * CACHE_BYTES_PER_THREAD),
                    multiplyAdds);
        }
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
        MachinePeaks.Rate rounds = rate((worker, threads, times) -> loop.code().callLong(times, 0, 0, 0, 0, 0));
        return new MachinePeaks.MultiplyAdds(
                loop.element(), loop.instruction(), loop.registerBits(), times(rounds, loop.multiplyAdds()));
    }

    /** A thread alone reads all of the buffer, several read a part each. */
    private MachinePeaks.Reading reading(MachineFunction read, long bytes) {
        try (Arena arena = Arena.ofShared()) {
            MemorySegment buffer = arena.allocate(bytes, ProbeCode.READ_STEP);
            MachinePeaks.Rate buffers = rate((worker, threads, times) -> {
                long part = bytes / threads / ProbeCode.READ_STEP * ProbeCode.READ_STEP;
                read.callLong(buffer.address() + worker * part, part, times, 0, 0, 0);
            });
            MachinePeaks.Rate rate =
                    new MachinePeaks.Rate(buffers.oneThread() * bytes, buffers.allThreads() * bytes / team.threads());
            return new MachinePeaks.Reading(bytes, rate);
        }
    }

    private static MachinePeaks.Rate times(MachinePeaks.Rate rate, double factor) {
        return new MachinePeaks.Rate(rate.oneThread() * factor, rate.allThreads() * factor);
    }

    /** What is measured: the same work so many times over. */
    @FunctionalInterface
    private interface Work {
        void run(int worker, int threads, long times);
    }

    /** How many times a second the work is done, by all threads together. */
    private MachinePeaks.Rate rate(Work work) {
        double one = perSecond(1, work);
        return new MachinePeaks.Rate(one, team.threads() == 1 ? one : perSecond(team.threads(), work));
    }

    private double perSecond(int threads, Work work) {
        long times = 1;
        double seconds = leastSeconds(threads, times, work);
        while (seconds < RUN_MILLIS / 1e3) { // the first runs also wake the clock and the vector units
            times *= 2;
            seconds = leastSeconds(threads, times, work);
        }
        double least = seconds;
        long started = System.nanoTime();
        for (int run = 0; run < RUNS_MIN || System.nanoTime() - started < FIGURE_MILLIS * 1_000_000L; run++) {
            least = Math.min(least, seconds(threads, times, work));
        }
        return threads * times / least;
    }

    /** Of two runs, since one that was interrupted looks long enough. */
    private double leastSeconds(int threads, long times, Work work) {
        double first = seconds(threads, times, work);
        return first < RUN_MILLIS / 1e3 ? first : Math.min(first, seconds(threads, times, work));
    }

    /** From the start of the first thread to the end of the last; all begin together. */
    private double seconds(int threads, long times, Work work) {
        LongAccumulator start = new LongAccumulator(Math::min, Long.MAX_VALUE);
        LongAccumulator end = new LongAccumulator(Math::max, Long.MIN_VALUE);
        CyclicBarrier barrier = new CyclicBarrier(threads);
        long zero = System.nanoTime();
        team.run(threads, (worker, _) -> {
            await(barrier);
            start.accumulate(System.nanoTime() - zero);
            work.run(worker, threads, times);
            end.accumulate(System.nanoTime() - zero);
        });
        return (end.get() - start.get()) / 1e9;
    }

    private static void await(CyclicBarrier barrier) {
        try {
            barrier.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new KernelException("probe: interrupted (expected: some patience)", e);
        } catch (BrokenBarrierException e) {
            throw new KernelException("probe: another thread of it failed", e);
        }
    }
}
