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
record BenchResult(BenchTest test, double[] rates) {

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

    /** How long one run takes: of a prompt, the wait for the first token of its answer. */
    double milliseconds() {
        return test.tokens() * 1e3 / mean();
    }

    Json.Obj object(int threads) {
        return Json.object(
                "test", Json.of(test.name()),
                "prompt", Json.of(test.prompt()),
                "answer", Json.of(test.answer()),
                "streams", Json.of(test.streams()),
                "depth", Json.of(test.depth()),
                "threads", Json.of(threads),
                "tokens_per_second", rounded(mean()),
                "spread", rounded(spread()),
                "milliseconds", rounded(milliseconds()),
                "runs",
                        Json.array(Arrays.stream(rates)
                                .mapToObj(BenchResult::rounded)
                                .toList()));
    }

    private static Json.Num rounded(double rate) {
        return new Json.Num(String.format(Locale.ROOT, "%.3f", rate));
    }
}
