package wok.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.LongStream;
import wok.kernels.KernelException;
import wok.kernels.KernelSelection;
import wok.kernels.KernelSet;
import wok.kernels.Kernels;
import wok.kernels.MachinePeaks;

/** What {@code wok doctor} asks of the machine. Any thread. */
final class MachineChecks {
    private static final int JAVA_NEEDED = 25;
    private static final long MEMORY_LOW = 2L << 30;

    /** Larger than the caches of most processors, small enough for a small machine. */
    private static final int BANDWIDTH_LONGS = 32 << 20;

    private static final int BANDWIDTH_RUNS = 4;
    private static final List<String> FEATURES =
            List.of("avx2", "fma", "avx512f", "avx512_vnni", "avx_vnni", "amx_int8", "asimd", "asimddp", "i8mm", "sve");

    private MachineChecks() {}

    static Finding java() {
        Runtime.Version version = Runtime.version();
        String found = version + " (" + System.getProperty("java.vendor") + ", " + System.getProperty("os.name") + " "
                + System.getProperty("os.arch") + ")";
        return version.feature() >= JAVA_NEEDED
                ? Finding.ok("java", found)
                : Finding.fail("java", found, "install a JDK " + JAVA_NEEDED + " or newer");
    }

    static Finding processor() {
        int count = Runtime.getRuntime().availableProcessors();
        String name = fact("/proc/cpuinfo", "model name").orElse(System.getProperty("os.arch"));
        List<String> flags = Arrays.asList(fact("/proc/cpuinfo", "flags")
                .or(() -> fact("/proc/cpuinfo", "Features"))
                .orElse("")
                .split(" "));
        List<String> known = FEATURES.stream().filter(flags::contains).toList();
        String found = name + ", " + count + (count == 1 ? " processor" : " processors")
                + (known.isEmpty() ? "" : ", " + String.join(" ", known));
        boolean slow = System.getProperty("os.arch").equals("amd64") && !flags.contains("avx2") && flags.size() > 1;
        return slow
                ? Finding.warn("processor", found, "without AVX2 answers come slowly; nothing to do in software")
                : Finding.ok("processor", found);
    }

    /** The set that is taken, why no faster one, its self-tests, and whether each set can be asked for. */
    static List<Finding> kernels() {
        List<Finding> findings = new ArrayList<>();
        KernelSelection best = Kernels.best().thoroughlyTested();
        findings.add(Finding.ok("kernels", best.kernels().name() + ": " + best.reason()));
        for (String faster : best.passedOver()) {
            findings.add(Finding.ok("not taken", faster));
        }
        for (String test : best.selfTests()) {
            findings.add(Finding.ok("self-test", test));
        }
        for (KernelSet set : KernelSet.values()) {
            findings.add(kernels(set));
        }
        return findings;
    }

    private static Finding kernels(KernelSet set) {
        try {
            String name = Kernels.create(set).name();
            return Finding.ok("--kernels", name.equals(set.word()) ? name + ": works here" : set + ": is " + name);
        } catch (KernelException e) {
            return Finding.ok("--kernels", Failures.line(e)); // why, and the others give the same answers
        }
    }

    /** How fast memory is read, which bounds the speed of an answer, and numbers multiplied, which bounds reading one. */
    static List<Finding> peaks() {
        MachinePeaks peaks;
        try {
            peaks = MachinePeaks.measure(Runtime.getRuntime().availableProcessors());
        } catch (KernelException e) {
            return List.of(bandwidth()); // no machine code here: a loop in Java has to do
        }
        List<Finding> findings = new ArrayList<>();
        findings.add(Finding.ok(
                "bandwidth",
                rates(peaks, peaks.memory().bytesPerSecond(), "GB/s read") + "; from caches "
                        + rates(peaks, peaks.cache().bytesPerSecond(), "GB/s")));
        for (MachinePeaks.Element element : MachinePeaks.Element.values()) {
            MachinePeaks.MultiplyAdds best = peaks.best(element);
            String what = switch (element) {
                case INT8 -> "G products of 8-bit integers added a second";
                case FLOAT32 -> "G of 32-bit floats";
            };
            findings.add(Finding.ok(
                    "arithmetic",
                    rates(peaks, best.perSecond(), what) + " (" + best.instruction() + ", " + best.vectorBits()
                            + " bits)"));
        }
        return findings;
    }

    private static String rates(MachinePeaks peaks, MachinePeaks.Rate rate, String unit) {
        String one = String.format(Locale.ROOT, "%.1f %s by one processor", rate.oneThread() / 1e9, unit);
        return peaks.threads() == 1
                ? one
                : one + String.format(Locale.ROOT, ", %.1f by %d", rate.allThreads() / 1e9, peaks.threads());
    }

    /** What the system says is free, if it says anything. */
    static Optional<Long> availableMemory() {
        return fact("/proc/meminfo", "MemAvailable").map(MachineChecks::kilobytes);
    }

    /** How fast all processors together read memory, in Java. */
    private static Finding bandwidth() {
        try {
            return Finding.ok(
                    "bandwidth",
                    String.format(Locale.ROOT, "%.1f GB/s read by all processors", readBandwidthInJava() / 1e9));
        } catch (CliException e) {
            return Finding.fail("bandwidth", String.valueOf(e.getMessage()), "test the memory");
        }
    }

    /** Bytes a second that all processors together read. */
    static double readBandwidth() {
        try {
            return MachinePeaks.readBandwidth(Runtime.getRuntime().availableProcessors());
        } catch (KernelException e) {
            return readBandwidthInJava(); // no machine code here
        }
    }

    private static double readBandwidthInJava() {
        long[] numbers = new long[BANDWIDTH_LONGS];
        Arrays.fill(numbers, 1);
        double best = 0;
        long check = 0;
        for (int run = 0; run < BANDWIDTH_RUNS; run++) {
            long started = System.nanoTime();
            check += LongStream.of(numbers).parallel().sum();
            best = Math.max(best, 8e9 * numbers.length / (System.nanoTime() - started));
        }
        if (check != (long) BANDWIDTH_RUNS * numbers.length) {
            throw CliException.failed("the sum of " + numbers.length + " ones was wrong");
        }
        return best;
    }

    static Finding memory() {
        Optional<Long> available = availableMemory();
        Optional<Long> total = fact("/proc/meminfo", "MemTotal").map(MachineChecks::kilobytes);
        if (available.isEmpty() || total.isEmpty()) {
            return Finding.ok("memory", "not told by this system; Java may take " + Quantity.bytes(heapMax()));
        }
        String found = Quantity.bytes(available.get()) + " of " + Quantity.bytes(total.get())
                + " available; Java's heap may take " + Quantity.bytes(heapMax());
        return available.get() >= MEMORY_LOW
                ? Finding.ok("memory", found)
                : Finding.warn("memory", found, "take small models: wok list --all");
    }

    private static long heapMax() {
        return Runtime.getRuntime().maxMemory();
    }

    private static long kilobytes(String words) {
        return Long.parseLong(words.replaceAll("\\D", "")) << 10;
    }

    /** The value of the first line {@code key : value} of a file of the system's. */
    private static Optional<String> fact(String file, String key) {
        Path path = Path.of(file);
        if (!Files.isReadable(path)) {
            return Optional.empty();
        }
        try {
            return Files.readAllLines(path).stream()
                    .filter(line -> line.startsWith(key))
                    .map(line -> line.substring(line.indexOf(':') + 1).strip())
                    .findFirst();
        } catch (IOException e) {
            return Optional.empty(); // a system that does not tell is no reason to fail
        }
    }
}
