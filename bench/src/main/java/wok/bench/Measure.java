package wok.bench;

import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * One figure of an engine: a test's speed, the start, the memory.
 *
 * @param name {@code pp512}, {@code tg64@d2048}, {@code tg32x8@d128}, {@code first token}, {@code peak memory}
 * @param unit {@code tokens/s}, {@code ms} or {@code MiB}
 * @param moreIsBetter whether a larger value is the better one
 */
record Measure(String name, String unit, boolean moreIsBetter) {
    static final Measure FIRST_TOKEN = new Measure("first token", "ms", false);
    static final Measure PEAK_MEMORY = new Measure("peak memory", "MiB", false);

    static Measure prompt(int tokens) {
        return speed("pp" + tokens);
    }

    static Measure answer(int tokens, int depth) {
        return speed("tg" + tokens + (depth > 0 ? "@d" + depth : ""));
    }

    static Measure streams(int tokens, int streams, int depth) {
        return speed("tg" + tokens + "x" + streams + "@d" + depth);
    }

    private static Measure speed(String test) {
        return new Measure(test, "tokens/s", true);
    }

    /** How many times as good {@code ours} is as {@code theirs}: above 1, ours is better. */
    double ratio(double ours, double theirs) {
        return moreIsBetter ? ours / theirs : theirs / ours;
    }

    /** The middle one, or the mean of the two in the middle. */
    static double median(List<Double> values) {
        List<Double> sorted = values.stream().sorted().toList();
        int half = sorted.size() / 2;
        return Stream.of(sorted.get(half), sorted.get((sorted.size() - 1) / 2))
                .mapToDouble(Double::doubleValue)
                .average()
                .orElseThrow();
    }

    /** Three digits that matter. */
    static String digits(double value) {
        return String.format(Locale.ROOT, value >= 100 ? "%.0f" : value >= 10 ? "%.1f" : "%.2f", value);
    }
}
