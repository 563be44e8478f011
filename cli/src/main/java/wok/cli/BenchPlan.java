package wok.cli;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import wok.kernels.KvType;
import wok.model.Transformer;

/**
 * Which tests {@code wok bench} runs. A value; {@link #run} belongs to the thread that owns the model.
 *
 * @param prompt tokens of a prompt; 0 = no such test
 * @param answer tokens of an answer; 0 = no such test
 * @param depths tokens before them, each tried
 * @param streams answers at once, each tried; more than one at depth 0
 * @param runs measured runs of each test
 */
@SuppressWarnings("ArrayRecordComponent") // read once, by the command that made it
record BenchPlan(int prompt, int answer, int[] depths, int[] streams, int runs) {
    /** Tokens of the prompt that the wait for a first token is measured with. */
    static final int COLD_TOKENS = 32;

    private static final long SEED = 20260101;

    /** @throws CliException of wrong usage if the tests don't fit into the context */
    void check(int context) {
        long needed = Arrays.stream(depths).max().orElse(0) + (long) Math.max(Math.max(prompt, answer), COLD_TOKENS);
        if (needed > context) {
            throw CliException.usage(
                    "--depth, -p, -n: " + needed + " tokens (expected: at most " + context + ", the model's context)");
        }
    }

    /** Runs all tests; {@code progress} hears of each. */
    List<BenchResult> run(Transformer transformer, KvType kv, Consumer<String> progress) {
        List<BenchResult> results = new ArrayList<>();
        for (int depth : depths) {
            String at = depth == 0 ? "" : "@d" + depth;
            try (SequenceRun run =
                    SequenceRun.allocate(transformer, 1, depth + Math.max(1, Math.max(prompt, answer)), kv)) {
                int vocabulary = transformer.config().vocabularySize();
                feed(run, randomTokens(depth, vocabulary), 0);
                if (prompt > 0) {
                    int[] tokens = randomTokens(prompt, vocabulary);
                    results.add(measure("pp" + prompt + at, prompt, progress, () -> feed(run, tokens, depth)));
                }
                if (answer > 0 && Arrays.stream(streams).anyMatch(count -> count == 1)) {
                    int[][] tokens = {randomTokens(answer, vocabulary)};
                    results.add(measure("tg" + answer + at, answer, progress, () -> answers(run, tokens, depth)));
                }
            }
        }
        for (int count : streams) {
            if (count > 1 && answer > 0) {
                results.add(together(count, transformer, kv, progress));
            }
        }
        progress.accept("");
        return results;
    }

    private BenchResult together(int count, Transformer transformer, KvType kv, Consumer<String> progress) {
        int[][] tokens = new int[count][];
        Arrays.setAll(tokens, i -> randomTokens(answer, transformer.config().vocabularySize()));
        try (SequenceRun run = SequenceRun.allocate(transformer, count, answer, kv)) {
            return measure("tg" + answer + "x" + count, (long) answer * count, progress, () -> answers(run, tokens, 0));
        }
    }

    private BenchResult measure(String test, long tokens, Consumer<String> progress, Runnable work) {
        double[] rates = new double[runs];
        progress.accept(test + " …");
        work.run();
        for (int i = 0; i < runs; i++) {
            progress.accept(test + ", run " + (i + 1) + " of " + runs);
            long started = System.nanoTime();
            work.run();
            rates[i] = tokens * 1e9 / (System.nanoTime() - started);
        }
        return new BenchResult(test, rates);
    }

    private static void feed(SequenceRun run, int[] tokens, int at) {
        if (tokens.length > 0) {
            run.feed(tokens, at, at + tokens.length - 1, (position, logits, row) -> {});
        }
    }

    private static void answers(SequenceRun run, int[][] tokens, int at) {
        int[] step = new int[tokens.length];
        for (int i = 0; i < tokens[0].length; i++) {
            for (int stream = 0; stream < step.length; stream++) {
                step[stream] = tokens[stream][i];
            }
            run.step(step, at + i);
        }
    }

    /** The same ids at every call with the same bounds. */
    static int[] randomTokens(int count, int vocabulary) {
        return new Random(SEED + count).ints(count, 0, vocabulary).toArray();
    }
}
