package wok.bench;

import java.util.List;

/** What one process of an engine does in one go. */
sealed interface Part {

    /** Prompts and an answer of one sequence; the peak of memory is that of this part. */
    record Alone(List<Integer> prompts, int answer) implements Part {}

    /** An answer behind many tokens. */
    record Deep(int answer, int depth) implements Part {}

    /** Answers written at once, each behind {@code depth} tokens. */
    record Together(List<Integer> streams, int answer, int depth) implements Part {}

    /** From the start of the process to its end, with a prompt of {@code prompt} tokens and nothing warmed up. */
    record Start(int prompt) implements Part {}
}
