package wok.cli;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import picocli.CommandLine.Option;
import wok.api.AnswerOptions;
import wok.engine.ContextPolicy;
import wok.engine.DryOptions;
import wok.engine.SamplingOptions;

/**
 * How tokens are chosen. What is not said on the command line is as the model's own generation settings have it,
 * otherwise as {@link SamplingOptions#DEFAULTS}. One thread.
 */
final class SamplingMixin {
    /** Seeds are shown to people and passed on in JSON, so they stay below 2^53. */
    private static final long SEED_BOUND = 1L << 53;

    @Option(
            names = {"--temperature", "--temp"},
            paramLabel = "T",
            description = "0 always takes the most likely token; higher is more varied (0.7).")
    private Optional<Float> temperature = Optional.empty();

    @Option(names = "--top-k", paramLabel = "K", description = "Keep the K most likely tokens; 0 keeps all (0).")
    private Optional<Integer> topK = Optional.empty();

    @Option(names = "--top-p", paramLabel = "P", description = "Keep the likeliest tokens up to this sum (0.95).")
    private Optional<Float> topP = Optional.empty();

    @Option(
            names = "--min-p",
            paramLabel = "P",
            description = "Keep tokens at least P times as likely as the likeliest (0.05).")
    private Optional<Float> minP = Optional.empty();

    @Option(names = "--typical-p", paramLabel = "P", description = "Keep tokens of typical surprise (1: off).")
    private Optional<Float> typicalP = Optional.empty();

    @Option(names = "--repeat-penalty", paramLabel = "F", description = "Make tokens seen less likely (1: off).")
    private Optional<Float> repeatPenalty = Optional.empty();

    @Option(
            names = "--repeat-last-n",
            paramLabel = "N",
            description = "How many of the last tokens the penalties look at; -1 all (64).")
    private Optional<Integer> repeatLastN = Optional.empty();

    @Option(names = "--presence-penalty", paramLabel = "F", description = "Subtracted once for a token seen (0).")
    private Optional<Float> presencePenalty = Optional.empty();

    @Option(names = "--frequency-penalty", paramLabel = "F", description = "Subtracted each time it was seen (0).")
    private Optional<Float> frequencyPenalty = Optional.empty();

    @Option(names = "--dry-multiplier", paramLabel = "F", description = "Penalty for long repetitions (0: off).")
    private Optional<Float> dryMultiplier = Optional.empty();

    @Option(names = "--seed", paramLabel = "N", description = "Same seed, same answer. Without it, a random one.")
    private Optional<Long> seed = Optional.empty();

    @Option(
            names = {"--max-tokens", "-n"},
            paramLabel = "N",
            description =
                    "Tokens of the answer at most. Without it, until the model ends or the context is full; 512 where"
                            + " run continues a text.")
    private Optional<Integer> tokensMax = Optional.empty();

    @Option(
            names = "--stop",
            paramLabel = "TEXT",
            description = "Text that ends the answer and is not shown; may be repeated.")
    private List<String> stop = List.of();

    @Option(names = "--ignore-eos", description = "Go on where the model would end its answer.")
    private boolean endIgnored;

    /** The options, on top of the model's own. */
    private SamplingOptions sampling(SamplingOptions own) {
        SamplingOptions.Builder builder = own.toBuilder();
        temperature.ifPresent(builder::temperature);
        topK.ifPresent(builder::topK);
        topP.ifPresent(builder::topP);
        minP.ifPresent(builder::minP);
        typicalP.ifPresent(builder::typicalP);
        repeatPenalty.ifPresent(builder::repeatPenalty);
        repeatLastN.ifPresent(builder::repeatLastN);
        presencePenalty.ifPresent(builder::presencePenalty);
        frequencyPenalty.ifPresent(builder::frequencyPenalty);
        dryMultiplier.map(DryOptions.OFF::withMultiplier).ifPresent(builder::dry);
        return builder.seed(seed.orElseGet(() -> ThreadLocalRandom.current().nextLong(SEED_BOUND)))
                .build();
    }

    /**
     * All options of an answer.
     *
     * @throws wok.api.WokException if {@code --max-tokens} is less than 1
     * @throws wok.engine.EngineException {@code name: value (expected: rule)} if another one is wrong
     */
    AnswerOptions answers(SamplingOptions own, ContextPolicy contextPolicy) {
        SamplingOptions sampling = sampling(own);
        return AnswerOptions.DEFAULTS
                .withSampling(sampling)
                .withSeed(sampling.seed())
                .withTokensMax(tokensMax.orElse(Integer.MAX_VALUE))
                .withStop(stop)
                .withEndIgnored(endIgnored)
                .withContextPolicy(contextPolicy);
    }
}
