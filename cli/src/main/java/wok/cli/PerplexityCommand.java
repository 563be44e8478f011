package wok.cli;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import wok.formats.Json;
import wok.formats.ModelSource;
import wok.kernels.KvType;
import wok.model.Transformer;
import wok.tokenizer.EncodeOptions;
import wok.tokenizer.Tokenizer;

/**
 * {@code wok perplexity}: how well a model foretells a text; lower is better.
 *
 * <p>The definition. The text becomes tokens once, control tokens not parsed. A window of {@code context} tokens moves
 * over them by {@code stride}; where the tokenizer begins texts with a token (BOS), every window has it in front, as
 * one of its {@code context}. Each token is counted once: in the first window that holds it, so that it has at least
 * {@code context - stride} tokens (BOS among them) before it, except in the first window, which counts all. Without BOS
 * the first token of the text has nothing before it and is not counted. The perplexity is exp of the mean negative
 * log-likelihood of the counted tokens; the error given is that of the mean, carried through exp.
 *
 * <p>With {@code stride = context / 2} this is what llama.cpp's {@code --perplexity --ppl-stride} measures, but llama.cpp
 * leaves out the last window when it is not full and the first half of the first one.
 */
@Command(
        name = "perplexity",
        header = "Measure how well a model foretells a text; lower is better.",
        description = {
            "",
            "A window of --context tokens moves over the text by --stride; every token is counted once,",
            "with at least context - stride tokens before it (fewer only in the first window). Where the",
            "tokenizer begins texts with a token, every window has it in front. Keys and values are kept",
            "in f32 unless --kv says otherwise. With --kl another model, usually the same one before it was",
            "quantised, is asked too: how far the probabilities of the next token are from its own (divergence,",
            "in nats), and how often both put the same token first."
        },
        synopsisHeading = "%nUsage: ",
        parameterListHeading = "%n",
        optionListHeading = "%nOptions:%n",
        footerHeading = "%nExamples:%n",
        footer = {
            "  wok perplexity smollm2:135m book.txt --context 512 --stride 256 --json",
            "  wok perplexity model-Q4_K_M.gguf book.txt --kl model-F16.gguf"
        })
final class PerplexityCommand implements Callable<Integer> {
    private static final int CONTEXT_DEFAULT = 512;

    private final Streams streams;

    @Mixin
    private final HubMixin hub = new HubMixin();

    @Mixin
    private final ModelMixin running = new ModelMixin();

    @Parameters(index = "0", paramLabel = "MODEL", description = "A name, a GGUF file or a folder.")
    private String model = "";

    @Parameters(index = "1", paramLabel = "FILE", description = "A text in UTF-8; - is standard input.")
    private String file = "";

    @Option(names = "--stride", paramLabel = "N", description = "How far the window moves (half of it).")
    private Optional<Integer> stride = Optional.empty();

    @Option(names = "--kl", paramLabel = "BASE", description = "Compare with another model of the same vocabulary.")
    private Optional<String> base = Optional.empty();

    @Option(names = "--json", description = "Print a JSON object.")
    private boolean json;

    PerplexityCommand(Streams streams) {
        this.streams = streams;
    }

    @Override
    public Integer call() {
        int context = running.contextTokens().orElse(CONTEXT_DEFAULT);
        int step = stride.orElse(Math.max(1, context / 2));
        if (context < 2) {
            throw CliException.usage("--context: " + context + " (expected: 2 or more)");
        }
        if (step < 1 || step >= context) {
            throw CliException.usage("--stride: " + step + " (expected: 1 to " + (context - 1) + ", below --context)");
        }
        running.check();
        String text = Words.text(file, streams);
        try (ModelSource source = ModelSource.open(hub.locate(model, streams));
                Transformer transformer = open(source)) {
            requireContext(context, transformer);
            Tokenizer tokenizer = Tokenizer.of(source);
            Windows windows =
                    Windows.of(tokenizer.encode(text, EncodeOptions.PLAIN), beginning(tokenizer), context, step);
            if (windows.counted() < 1) {
                throw CliException.failed(file + ": too short (expected: two tokens or more)");
            }
            Measured measured = new Measured();
            if (base.isPresent()) {
                compare(transformer, base.get(), windows, measured);
            } else {
                measure(transformer, windows, measured);
            }
            print(measured, context, step);
        }
        return Main.DONE;
    }

    private Transformer open(ModelSource source) {
        Path path = source.path();
        return Transformer.open(source, running.options().withPackedCache(hub.packedCache(path, streams)));
    }

    private static void requireContext(int context, Transformer transformer) {
        if (context > transformer.config().contextLength()) {
            throw CliException.usage("--context: " + context + " (expected: at most "
                    + transformer.config().contextLength() + ", the model's own)");
        }
    }

    /** The token that the tokenizer puts before every text. */
    static OptionalInt beginning(Tokenizer tokenizer) {
        int[] added = tokenizer.encode("", EncodeOptions.PROMPT);
        OptionalInt bos = tokenizer.bos();
        return added.length > 0 && bos.isPresent() && added[0] == bos.getAsInt() ? bos : OptionalInt.empty();
    }

    private void measure(Transformer transformer, Windows windows, Measured measured) {
        try (OpenAdapters adapters = OpenAdapters.open(running.adapters(), transformer::openAdapter);
                SequenceRun run = run(transformer, windows).with(adapters.mix())) {
            for (int window = 0; window < windows.count(); window++) {
                int[] tokens = windows.tokens(window);
                feed(run, windows, window, (at, logits, row) -> measured.add(logits.row(row), tokens[at + 1]));
                measured.windows++;
                say(measured, windows.count());
            }
        }
        endLine();
    }

    /** As {@link #measure}, each window first with the base. */
    private void compare(Transformer transformer, String baseName, Windows windows, Measured measured) {
        try (Transformer other = open(ModelSource.open(hub.locate(baseName, streams)))) {
            requireContext(windows.context(), other);
            if (other.config().vocabularySize() != transformer.config().vocabularySize()) {
                throw CliException.failed(
                        "--kl: " + baseName + " has " + other.config().vocabularySize() + " tokens (expected: "
                                + transformer.config().vocabularySize() + ", the model's)");
            }
            try (OpenAdapters adapters = OpenAdapters.open(running.adapters(), transformer::openAdapter);
                    SequenceRun baseRun = run(other, windows);
                    SequenceRun run = run(transformer, windows).with(adapters.mix())) {
                for (int window = 0; window < windows.count(); window++) {
                    int[] tokens = windows.tokens(window);
                    int first = windows.firstCounted(window) - 1;
                    feed(baseRun, windows, window, (at, logits, row) -> {
                        measured.divergence.remember(logits.row(row));
                        measured.base.add(logits.row(row), tokens[at + 1]);
                    });
                    feed(run, windows, window, (at, logits, row) -> {
                        measured.divergence.compare(at - first, logits.row(row));
                        measured.add(logits.row(row), tokens[at + 1]);
                    });
                    measured.divergence.nextWindow();
                    measured.windows++;
                    say(measured, windows.count());
                }
            }
        }
        endLine();
    }

    private SequenceRun run(Transformer transformer, Windows windows) {
        return SequenceRun.allocate(transformer, 1, windows.context(), running.kvType(KvType.F32));
    }

    /** The logits of a position foretell the token after it. */
    private static void feed(SequenceRun run, Windows windows, int window, SequenceRun.LogitsReader reader) {
        int[] tokens = windows.tokens(window);
        run.feed(Arrays.copyOf(tokens, tokens.length - 1), 0, windows.firstCounted(window) - 1, reader);
    }

    private void endLine() {
        if (streams.canRewriteLines()) {
            streams.err().print("\r\u001b[K");
        }
    }

    private void say(Measured measured, int windows) {
        String line = String.format(
                Locale.ROOT,
                "window %d of %d, perplexity so far %.4f",
                measured.windows,
                windows,
                measured.likelihood.perplexity());
        if (streams.canRewriteLines()) {
            streams.err().print("\r\u001b[K" + line);
        } else if (measured.windows == windows
                || measured.windows * 10 / windows != (measured.windows - 1) * 10 / windows) {
            streams.err().line(line);
        }
    }

    private void print(Measured measured, int context, int step) {
        if (!Double.isFinite(measured.likelihood.perplexity())) {
            throw CliException.failed(
                    "perplexity: " + measured.likelihood.perplexity() + " (expected: a finite number)");
        }
        if (json) {
            streams.out().line(document(measured, context, step).toString());
            return;
        }
        streams.out()
                .line(measured.likelihood.words()
                        + String.format(
                                Locale.ROOT, " (%d tokens, context %d, stride %d)", measured.tokens(), context, step));
        if (base.isPresent()) {
            Divergence divergence = measured.divergence;
            streams.out().line("base " + measured.base.words());
            streams.out()
                    .line(String.format(
                            Locale.ROOT,
                            "divergence %.6f ± %.6f, at most %.4f; the same token first %.2f %%",
                            divergence.mean(),
                            divergence.error(),
                            divergence.greatest(),
                            100 * divergence.agreement()));
        }
    }

    private Json.Obj document(Measured measured, int context, int step) {
        Json.Obj document = Json.object(
                "perplexity", Json.of(measured.likelihood.perplexity()),
                "error", Json.of(measured.likelihood.error()),
                "mean_negative_log_likelihood", Json.of(measured.likelihood.mean()),
                "tokens", Json.of(measured.tokens()),
                "windows", Json.of(measured.windows),
                "context", Json.of(context),
                "stride", Json.of(step));
        if (base.isEmpty()) {
            return document;
        }
        return document.with("base_perplexity", Json.of(measured.base.perplexity()))
                .with("divergence", Json.of(measured.divergence.mean()))
                .with("divergence_error", Json.of(measured.divergence.error()))
                .with("divergence_max", Json.of(measured.divergence.greatest()))
                .with("same_first", Json.of(measured.divergence.agreement()));
    }

    /** All that is measured. One thread. */
    private static final class Measured {
        private final Likelihood likelihood = new Likelihood();
        private final Likelihood base = new Likelihood();
        private final Divergence divergence = new Divergence();
        private long windows;

        void add(float[] logits, int token) {
            likelihood.add(logits, token);
        }

        long tokens() {
            return likelihood.tokens;
        }
    }

    /** The sum over counted tokens. One thread. */
    private static final class Likelihood {
        private long tokens;
        private double sum;
        private double sumOfSquares;

        void add(float[] logits, int token) {
            double negativeLogLikelihood = Divergence.logOfSum(logits) - logits[token];
            tokens++;
            sum += negativeLogLikelihood;
            sumOfSquares += negativeLogLikelihood * negativeLogLikelihood;
        }

        double mean() {
            return sum / tokens;
        }

        double perplexity() {
            return Math.exp(mean());
        }

        double error() {
            double variance = Math.max(0, sumOfSquares / tokens - mean() * mean());
            return tokens > 1 ? perplexity() * Math.sqrt(variance / (tokens - 1)) : 0;
        }

        String words() {
            return String.format(Locale.ROOT, "perplexity %.4f ± %.4f", perplexity(), error());
        }
    }
}
