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
 * @param prompts tokens of a prompt, each tried
 * @param answers tokens of an answer, each tried
 * @param depths tokens before them, each tried
 * @param streams answers at once, each tried
 * @param streamDepth tokens before answers when there are more than one at once
 * @param runs measured runs of each test
 * @param warmUp whether each test first runs once unmeasured
 */
@SuppressWarnings("ArrayRecordComponent") // read once, by the command that made it
record BenchPlan(int[] prompts, int[] answers, int[] depths, int[] streams, int streamDepth, int runs, boolean warmUp) {
    /** Tokens of the prompt that the wait for a first token is measured with. */
    static final int COLD_TOKENS = 32;

    private static final long SEED = 20260101;

    /** @throws CliException of wrong usage if the tests don't fit into the context */
    void check(int context) {
        long alone = greatest(depths) + Math.max(Math.max(greatest(prompts), greatest(answers)), COLD_TOKENS);
        long together = greatest(streams) > 1 ? streamDepth + greatest(answers) : 0;
        long needed = Math.max(alone, together);
        if (needed > context) {
            throw CliException.usage(
                    "--depth, -p, -n: " + needed + " tokens (expected: at most " + context + ", the model's context)");
        }
    }

    private static long greatest(int[] values) {
        return Arrays.stream(values).max().orElse(0);
    }

    /** Runs all tests; {@code progress} hears of each. */
    List<BenchResult> run(Transformer transformer, KvType kv, Consumer<String> progress) {
        List<BenchResult> results = new ArrayList<>();
        for (int depth : depths) {
            results.addAll(alone(depth, transformer, kv, progress));
        }
        for (int count : streams) {
            for (int answer : answers) {
                if (count > 1) {
                    results.add(together(count, answer, transformer, kv, progress));
                }
            }
        }
        progress.accept("");
        return results;
    }

    /** The tests of one sequence behind {@code depth} tokens. */
    private List<BenchResult> alone(int depth, Transformer transformer, KvType kv, Consumer<String> progress) {
        List<BenchResult> results = new ArrayList<>();
        int longest = (int) Math.max(1, Math.max(greatest(prompts), greatest(answers)));
        int vocabulary = transformer.config().vocabularySize();
        try (SequenceRun run = SequenceRun.allocate(transformer, 1, depth + longest, kv)) {
            feed(run, randomTokens(depth, vocabulary), 0);
            for (int prompt : prompts) {
                int[] tokens = randomTokens(prompt, vocabulary);
                results.add(measure(BenchTest.prompt(prompt, depth), progress, () -> feed(run, tokens, depth)));
            }
            for (int answer : answers) {
                if (Arrays.stream(streams).anyMatch(count -> count == 1)) {
                    int[][] tokens = {randomTokens(answer, vocabulary)};
                    results.add(
                            measure(BenchTest.answer(answer, 1, depth), progress, () -> answers(run, tokens, depth)));
                }
            }
        }
        return results;
    }

    private BenchResult together(int count, int answer, Transformer transformer, KvType kv, Consumer<String> progress) {
        int vocabulary = transformer.config().vocabularySize();
        int[][] tokens = new int[count][];
        Arrays.setAll(tokens, i -> randomTokens(answer, vocabulary));
        try (SequenceRun run = SequenceRun.allocate(transformer, count, streamDepth + answer, kv)) {
            feed(run, randomTokens(streamDepth, vocabulary), 0);
            run.copyFirst(streamDepth);
            return measure(
                    BenchTest.answer(answer, count, streamDepth), progress, () -> answers(run, tokens, streamDepth));
        }
    }

    private BenchResult measure(BenchTest test, Consumer<String> progress, Runnable work) {
        double[] rates = new double[runs];
        if (warmUp) {
            progress.accept(test.name() + " …");
            work.run();
        }
        for (int i = 0; i < runs; i++) {
            progress.accept(test.name() + ", run " + (i + 1) + " of " + runs);
            long started = System.nanoTime();
            work.run();
            rates[i] = test.tokens() * 1e9 / (System.nanoTime() - started);
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
