package wok.cli;

import java.util.Arrays;
import java.util.Locale;
import wok.formats.Json;

/**
 * One test of {@code wok bench}.
 *
 * @param rates tokens per second of each run
 */
@SuppressWarnings("ArrayRecordComponent") // read once, by the command that made it
record BenchResult(String test, double[] rates) {

    double mean() {
        return Arrays.stream(rates).average().orElse(0);
    }

    /** The standard deviation of the runs; 0 for a single one. */
    double spread() {
        double mean = mean();
        double squares =
                Arrays.stream(rates).map(rate -> (rate - mean) * (rate - mean)).sum();
        return rates.length > 1 ? Math.sqrt(squares / (rates.length - 1)) : 0;
    }

    Json.Obj object(int threads) {
        return Json.object(
                "test", Json.of(test),
                "threads", Json.of(threads),
                "tokens_per_second", rounded(mean()),
                "spread", rounded(spread()),
                "runs",
                        Json.array(Arrays.stream(rates)
                                .mapToObj(BenchResult::rounded)
                                .toList()));
    }

    private static Json.Num rounded(double rate) {
        return new Json.Num(String.format(Locale.ROOT, "%.3f", rate));
    }
}
