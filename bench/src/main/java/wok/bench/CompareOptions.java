package wok.bench;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * What is compared, as a value.
 *
 * @param model the file that every engine opens
 * @param prompts tokens of the prompts
 * @param answer tokens of an answer alone
 * @param depth tokens before the deep answer; 0 = no such test
 * @param streams answers at once; none = no such test
 * @param threads thread counts
 * @param runs measured runs of each test in one process
 * @param rounds how often every engine has its turn
 */
record CompareOptions(
        Path model,
        List<Integer> prompts,
        int answer,
        int depth,
        List<Integer> streams,
        List<Integer> threads,
        int runs,
        int rounds) {
    /** How long one process may take. */
    static final Duration PART_MAX = Duration.ofMinutes(30);

    private static final int STREAM_ANSWER = 32;
    private static final int STREAM_DEPTH = 128;
    private static final int START_PROMPT = 16;

    CompareOptions {
        prompts = List.copyOf(prompts);
        streams = List.copyOf(streams);
        threads = List.copyOf(threads);
    }

    /** What each engine does in one round at one number of threads, one process each. */
    List<Part> parts() {
        List<Part> parts = new ArrayList<>();
        parts.add(new Part.Alone(prompts, answer));
        if (depth > 0) {
            parts.add(new Part.Deep(answer, depth));
        }
        if (!streams.isEmpty()) {
            parts.add(new Part.Together(streams, STREAM_ANSWER, STREAM_DEPTH));
        }
        parts.add(new Part.Start(START_PROMPT));
        return parts;
    }

    /** Numbers between commas, as all the programs take them. */
    static final class Joined {
        private Joined() {}

        static String of(List<Integer> numbers) {
            return numbers.stream().map(Object::toString).collect(Collectors.joining(","));
        }
    }
}
