package wok.cli;

import java.util.Locale;
import wok.engine.FinishReason;
import wok.engine.Usage;
import wok.formats.Json;

/** A finished answer, for people and for machines. A value; any thread. */
record AnswerReport(String text, String reasoning, FinishReason finish, Usage usage) {

    /** As other programs' interfaces call it. */
    String finishWord() {
        return finish.name().toLowerCase(Locale.ROOT);
    }

    /** Prompt tokens computed (not taken from the cache) per second; 0 when there was nothing to measure. */
    double promptRate() {
        return rate(usage.promptTokens() - usage.cachedPromptTokens(), usage.promptNanos());
    }

    /** Tokens per second after the first one. */
    double completionRate() {
        return rate(usage.completionTokens() - 1, usage.completionNanos());
    }

    private static double rate(int tokens, long nanos) {
        return tokens > 0 && nanos > 0 ? tokens * 1e9 / nanos : 0;
    }

    /** One line for people. */
    String statistics() {
        String cached =
                usage.cachedPromptTokens() > 0 ? " (" + usage.cachedPromptTokens() + " of them known already)" : "";
        return "first token after " + Quantity.duration(usage.firstTokenNanos()) + "; prompt "
                + usage.promptTokens() + " tokens" + cached + " at " + perSecond(promptRate()) + "; answer "
                + usage.completionTokens() + " tokens at " + perSecond(completionRate());
    }

    private static String perSecond(double rate) {
        return rate == 0 ? "?/s" : String.format(Locale.ROOT, "%.1f/s", rate);
    }

    Json.Obj usageObject() {
        return Json.object(
                "prompt_tokens", Json.of(usage.promptTokens()),
                "cached_prompt_tokens", Json.of(usage.cachedPromptTokens()),
                "completion_tokens", Json.of(usage.completionTokens()),
                "reasoning_tokens", Json.of(usage.reasoningTokens()),
                "total_tokens", Json.of(usage.totalTokens()));
    }

    Json.Obj timings(long loadNanos) {
        return Json.object(
                "load_ms", millis(loadNanos),
                "first_token_ms", millis(usage.firstTokenNanos()),
                "prompt_tokens_per_second", rounded(promptRate()),
                "completion_tokens_per_second", rounded(completionRate()));
    }

    private static Json.Num millis(long nanos) {
        return rounded(nanos / 1e6);
    }

    private static Json.Num rounded(double value) {
        return new Json.Num(String.format(Locale.ROOT, "%.2f", value));
    }
}
