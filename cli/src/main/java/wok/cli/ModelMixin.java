package wok.cli;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import picocli.CommandLine.Option;
import wok.api.WokOptions;
import wok.engine.ContextPolicy;
import wok.kernels.ActivationPrecision;
import wok.kernels.KernelSet;
import wok.kernels.KvType;
import wok.model.ModelOptions;

/** How a model is run: the same words for every verb that runs one. One thread. */
final class ModelMixin {
    @Option(
            names = "--kernels",
            paramLabel = "SET",
            description =
                    "reference, vector, machine, machine:amx, machine:avx512 or machine:avx2; all give the same answers."
                            + " Without it, the fastest that passes its self-test here.")
    private Optional<String> kernels = Optional.empty();

    @Option(names = "--threads", paramLabel = "N", description = "Threads that compute. Without it, one per processor.")
    private Optional<Integer> threads = Optional.empty();

    @Option(
            names = "--context",
            split = ",",
            paramLabel = "N[,shift]",
            description = "Tokens that the model sees at most; with shift, the oldest are forgotten when it is full"
                    + " (otherwise the answer ends there).")
    private List<String> context = List.of();

    @Option(names = "--kv", paramLabel = "TYPE", description = "How keys and values are kept: f16, f32 or q8.")
    private Optional<String> kv = Optional.empty();

    @Option(
            names = "--activations",
            paramLabel = "TYPE",
            description = "What quantised weights are multiplied with: q8 (fast) or f32 (exact).")
    private Optional<String> activations = Optional.empty();

    @Option(
            names = "--adapter",
            paramLabel = "PATH[=FACTOR]",
            description =
                    "A LoRA adapter of the model: a folder of PEFT or a GGUF file, its effect multiplied by FACTOR."
                            + " May be given several times; all are added.")
    private List<String> adapters = List.of();

    /** The adapters that were asked for, in their order. */
    List<AdapterWord> adapters() {
        return adapters.stream().map(AdapterWord::parse).toList();
    }

    /**
     * The options as the model floor takes them.
     *
     * @throws CliException of wrong usage
     */
    ModelOptions options() {
        ModelOptions options = ModelOptions.defaults().withActivations(activations());
        if (kernels.isPresent()) {
            options = options.withKernels(kernelSet(kernels.get()));
        }
        if (threads.isPresent()) {
            options = options.withThreads(atLeastOne("--threads", threads.get(), ModelOptions.THREADS_MAX));
        }
        Optional<Integer> positions = contextTokens();
        return positions.isPresent() ? options.withContextMax(positions.get()) : options;
    }

    /** The options as the api takes them, for one answer at a time. */
    WokOptions wokOptions(Streams streams) {
        WokOptions options = WokOptions.defaults()
                .withActivations(activations())
                .withKv(kvType(KvType.F16))
                .withAnswersAtOnce(1)
                .withWarnings(line -> Failures.report(streams, line));
        if (kernels.isPresent()) {
            options = options.withKernels(kernelSet(kernels.get()));
        }
        if (threads.isPresent()) {
            options = options.withThreads(threads.get());
        }
        Optional<Integer> positions = contextTokens();
        return positions.isPresent() ? options.withContext(positions.get()) : options;
    }

    /**
     * Looks at all words before anything is opened or fetched.
     *
     * @throws CliException of wrong usage
     */
    void check() {
        options();
        kvType(KvType.F16);
        adapters();
    }

    /** How keys and values are kept, {@code byDefault} unless the words say so. */
    KvType kvType(KvType byDefault) {
        return kv.map(word -> switch (word.toLowerCase(Locale.ROOT)) {
                    case "f16" -> KvType.F16;
                    case "f32" -> KvType.F32;
                    case "q8" -> KvType.Q8;
                    default -> throw CliException.usage("--kv: " + word + " (expected: f16, f32 or q8)");
                })
                .orElse(byDefault);
    }

    /** What happens when the context is full. */
    ContextPolicy contextPolicy() {
        return context.contains("shift") ? ContextPolicy.SHIFT : ContextPolicy.ERROR;
    }

    /** The bound on the context, if one was given. */
    Optional<Integer> contextTokens() {
        Optional<Integer> tokens = Optional.empty();
        for (String word : context) {
            if (!word.equals("shift")) {
                tokens = Optional.of(positions(word));
            }
        }
        return tokens;
    }

    private static int positions(String word) {
        try {
            return atLeastOne("--context", Integer.parseInt(word.strip()), Integer.MAX_VALUE);
        } catch (NumberFormatException e) {
            throw CliException.usage("--context: " + word + " (expected: a number of tokens, shift, or N,shift)");
        }
    }

    private ActivationPrecision activations() {
        return activations
                .map(word -> switch (word.toLowerCase(Locale.ROOT)) {
                    case "q8" -> ActivationPrecision.Q8;
                    case "f32" -> ActivationPrecision.F32;
                    default -> throw CliException.usage("--activations: " + word + " (expected: q8 or f32)");
                })
                .orElse(ActivationPrecision.Q8);
    }

    private static KernelSet kernelSet(String word) {
        return KernelSet.named(word)
                .orElseThrow(() ->
                        CliException.usage("--kernels: " + word + " (expected: one of " + KernelSet.words() + ")"));
    }

    /** Checks a count of something. */
    static int atLeastOne(String option, int value, int most) {
        if (value < 1 || value > most) {
            throw CliException.usage(option + ": " + value + " (expected: "
                    + (most == Integer.MAX_VALUE ? "1 or more" : "1 to " + most) + ")");
        }
        return value;
    }
}
