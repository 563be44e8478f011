package wok.cli;

import java.util.List;
import java.util.Optional;
import wok.api.AnswerOptions;
import wok.engine.SamplingOptions;

/** What a chat's commands can change. One thread. */
final class ChatSettings {
    /** The names that {@code /set} takes. */
    static final List<String> NAMES = List.of(
            "temperature",
            "top-k",
            "top-p",
            "min-p",
            "typical-p",
            "repeat-penalty",
            "repeat-last-n",
            "presence-penalty",
            "frequency-penalty",
            "seed",
            "max-tokens");

    private AnswerOptions answers;
    private Optional<Boolean> think;
    private boolean statistics;

    /** @param answers with the sampling given */
    ChatSettings(AnswerOptions answers, Optional<Boolean> think, boolean statistics) {
        this.answers = answers;
        this.think = think;
        this.statistics = statistics;
    }

    /** The options of the next answer. */
    AnswerOptions answers() {
        return answers.withSeed(sampling().seed());
    }

    /** Whether an answer may be as long as the context. */
    boolean unbounded() {
        return answers.tokensMax() == Integer.MAX_VALUE;
    }

    private SamplingOptions sampling() {
        return answers.sampling().orElseThrow();
    }

    Optional<Boolean> think() {
        return think;
    }

    void think(boolean on) {
        think = Optional.of(on);
    }

    boolean statistics() {
        return statistics;
    }

    /** Turns the line after each answer on or off; what it is now. */
    boolean toggleStatistics() {
        statistics = !statistics;
        return statistics;
    }

    /** Another answer to the same words needs another seed. */
    void nextSeed() {
        answers = answers.withSampling(sampling().withSeed(sampling().seed() + 1));
    }

    /**
     * Changes one setting.
     *
     * @throws CliException if there is no such setting, or the value is no number
     * @throws wok.engine.EngineException if the value is out of its range
     */
    void set(String name, String value) {
        SamplingOptions.Builder builder = sampling().toBuilder();
        try {
            switch (name) {
                case "temperature" -> builder.temperature(Float.parseFloat(value));
                case "top-k" -> builder.topK(Integer.parseInt(value));
                case "top-p" -> builder.topP(Float.parseFloat(value));
                case "min-p" -> builder.minP(Float.parseFloat(value));
                case "typical-p" -> builder.typicalP(Float.parseFloat(value));
                case "repeat-penalty" -> builder.repeatPenalty(Float.parseFloat(value));
                case "repeat-last-n" -> builder.repeatLastN(Integer.parseInt(value));
                case "presence-penalty" -> builder.presencePenalty(Float.parseFloat(value));
                case "frequency-penalty" -> builder.frequencyPenalty(Float.parseFloat(value));
                case "seed" -> builder.seed(Long.parseLong(value));
                case "max-tokens" ->
                    answers = answers.withTokensMax(
                            ModelMixin.atLeastOne("max-tokens", Integer.parseInt(value), Integer.MAX_VALUE));
                default -> throw CliException.usage("/set: " + name + " (expected: " + String.join(", ", NAMES) + ")");
            }
        } catch (NumberFormatException e) {
            throw CliException.usage(name + ": " + value + " (expected: a number)");
        }
        answers = answers.withSampling(builder.build());
    }

    /** All settings on one line. */
    String words() {
        SamplingOptions sampling = sampling();
        return "temperature " + sampling.temperature() + ", top-k " + sampling.topK() + ", top-p " + sampling.topP()
                + ", min-p " + sampling.minP() + ", typical-p " + sampling.typicalP() + ", repeat-penalty "
                + sampling.repeatPenalty() + ", repeat-last-n " + sampling.repeatLastN() + ", presence-penalty "
                + sampling.presencePenalty() + ", frequency-penalty " + sampling.frequencyPenalty() + ", seed "
                + sampling.seed() + ", max-tokens " + (unbounded() ? "none" : answers.tokensMax());
    }
}
