package wok.bench;

import java.io.PrintStream;
import java.util.Collection;
import java.util.Locale;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.CommandLineOptionException;
import org.openjdk.jmh.runner.options.CommandLineOptions;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import wok.kernels.MachinePeaks;
import wok.kernels.MachinePeaks.Element;
import wok.kernels.MachinePeaks.MultiplyAdds;
import wok.tensor.DType;

/**
 * {@code bench/kernels}: the products of {@link ProductBenchmark}, each with its share of what this machine was measured
 * to do at most. Takes JMH's own words: {@code -p type=Q4_K -p threads=2}.
 *
 * <p>An answer's product is bound by reading weights: its share is of the memory's bandwidth, and counts the bytes of
 * the file, not of the packed form, which may be some percent larger. A prompt's is bound by multiply-adds.
 */
public final class KernelReport {
    private static final String LINE = "%-8s %-6s %8s  %-14s %12s %10s  %s%n";

    private static final int VECTOR_BITS_MAX = 512;

    private KernelReport() {}

    /** Runs the benchmarks and prints the table behind JMH's own output. */
    public static void main(String[] words) throws CommandLineOptionException, RunnerException {
        var options = new OptionsBuilder()
                .parent(new CommandLineOptions(words))
                .include(ProductBenchmark.class.getName())
                .build();
        Collection<RunResult> results = new Runner(options).run();
        print(results, System.out);
    }

    private static void print(Collection<RunResult> results, PrintStream out) {
        MachinePeaks one = MachinePeaks.measure(1);
        MachinePeaks all = MachinePeaks.measure(Runtime.getRuntime().availableProcessors());
        out.printf(
                Locale.ROOT,
                "%nThis machine, 1 and %d threads: reads %.1f and %.1f GB/s; %.0f and %.0f G multiply-adds/s (%s)%n%n",
                all.threads(),
                all.memory().bytesPerSecond().oneThread() / 1e9,
                all.memory().bytesPerSecond().allThreads() / 1e9,
                vector(all, Element.INT8).perSecond().oneThread() / 1e9,
                vector(all, Element.INT8).perSecond().allThreads() / 1e9,
                vector(all, Element.INT8).instruction());
        out.printf(Locale.ROOT, LINE, "TYPE", "TOKENS", "THREADS", "KERNELS", "MICROSECONDS", "±", "SHARE OF THE PEAK");
        for (RunResult result : results) {
            line(result, one, all, out);
        }
    }

    private static void line(RunResult result, MachinePeaks one, MachinePeaks all, PrintStream out) {
        var parameters = result.getParams();
        DType type = DType.valueOf(parameters.getParam("type"));
        int tokens = Integer.parseInt(parameters.getParam("tokens"));
        int threads = Integer.parseInt(parameters.getParam("threads"));
        double microseconds = result.getPrimaryResult().getScore();
        out.printf(
                Locale.ROOT,
                LINE,
                type,
                tokens,
                threads,
                parameters.getParam("kernels"),
                Measure.digits(microseconds),
                Measure.digits(result.getPrimaryResult().getScoreError()),
                share(type, tokens, microseconds, threads == 1 ? one : all));
    }

    private static String share(DType type, int tokens, double microseconds, MachinePeaks peaks) {
        if (tokens == 1) {
            double rate = ProductBenchmark.bytes(type, tokens) / microseconds * 1e6;
            double peak = peaks.memory().bytesPerSecond().allThreads();
            return String.format(Locale.ROOT, "%.0f%% of reading: %.1f GB/s", 100 * rate / peak, rate / 1e9);
        }
        Element element = type.isQuantised() ? Element.INT8 : Element.FLOAT32;
        double rate = ProductBenchmark.multiplyAdds(tokens) / microseconds * 1e6;
        double peak = vector(peaks, element).perSecond().allThreads();
        return String.format(
                Locale.ROOT,
                "%.0f%% of %s multiply-adds: %.0f G/s",
                100 * rate / peak,
                element == Element.INT8 ? "8-bit" : "f32",
                rate / 1e9);
    }

    /** The most that vectors do: AMX's tiles, where a processor has them, are not used by the kernels. */
    private static MultiplyAdds vector(MachinePeaks peaks, Element element) {
        return peaks.multiplyAdds().stream()
                .filter(kind -> kind.element() == element && kind.vectorBits() <= VECTOR_BITS_MAX)
                .findFirst()
                .orElseThrow();
    }
}
