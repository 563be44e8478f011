package wok.cli;

/**
 * What one test of {@code wok bench} does.
 *
 * @param prompt tokens of the prompt; 0 in a test of answers
 * @param answer tokens of each answer; 0 in a test of prompts
 * @param streams answers at once
 * @param depth tokens that are there before
 */
record BenchTest(int prompt, int answer, int streams, int depth) {

    static BenchTest prompt(int tokens, int depth) {
        return new BenchTest(tokens, 0, 1, depth);
    }

    static BenchTest answer(int tokens, int streams, int depth) {
        return new BenchTest(0, tokens, streams, depth);
    }

    /** {@code pp512}, {@code tg64@d2048}, {@code tg64x8}. */
    String name() {
        return (prompt > 0 ? "pp" + prompt : "tg" + answer)
                + (streams > 1 ? "x" + streams : "")
                + (depth > 0 ? "@d" + depth : "");
    }

    /** Tokens that it works through. */
    long tokens() {
        return prompt + (long) answer * streams;
    }
}
