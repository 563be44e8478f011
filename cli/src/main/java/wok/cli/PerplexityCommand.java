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
import wok.kernels.FloatRows;
import wok.kernels.KvType;
import wok.model.ModelOptions;
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
            "in f32 unless --kv says otherwise."
        },
        synopsisHeading = "%nUsage: ",
        parameterListHeading = "%n",
        optionListHeading = "%nOptions:%n",
        footerHeading = "%nExample:%n",
        footer = "  wok perplexity smollm2:135m book.txt --context 512 --stride 256 --json")
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
        Path path = hub.locate(model, streams);
        ModelOptions options = running.options().withPackedCache(hub.packedCache(path, streams));
        ModelSource source = ModelSource.open(path);
        try (Transformer transformer = Transformer.open(source, options)) {
            if (context > transformer.config().contextLength()) {
                throw CliException.usage("--context: " + context + " (expected: at most "
                        + transformer.config().contextLength() + ", the model's own)");
            }
            Tokenizer tokenizer = Tokenizer.of(source);
            Windows windows =
                    Windows.of(tokenizer.encode(text, EncodeOptions.PLAIN), beginning(tokenizer), context, step);
            if (windows.counted() < 1) {
                throw CliException.failed(file + ": too short (expected: two tokens or more)");
            }
            print(measure(transformer, windows), context, step);
        }
        return Main.DONE;
    }

    /** The token that the tokenizer puts before every text. */
    private static OptionalInt beginning(Tokenizer tokenizer) {
        int[] added = tokenizer.encode("", EncodeOptions.PROMPT);
        OptionalInt bos = tokenizer.bos();
        return added.length > 0 && bos.isPresent() && added[0] == bos.getAsInt() ? bos : OptionalInt.empty();
    }

    private Measured measure(Transformer transformer, Windows windows) {
        Measured measured = new Measured();
        try (OpenAdapters adapters = OpenAdapters.open(running.adapters(), transformer::openAdapter);
                SequenceRun run = SequenceRun.allocate(transformer, 1, windows.context(), running.kvType(KvType.F32))
                        .with(adapters.mix())) {
            for (int window = 0; window < windows.count(); window++) {
                int[] tokens = windows.tokens(window);
                // The logits of a position foretell the token after it.
                run.feed(
                        Arrays.copyOf(tokens, tokens.length - 1),
                        0,
                        windows.firstCounted(window) - 1,
                        (at, logits, row) -> measured.add(negativeLogLikelihood(logits, row, tokens[at + 1])));
                measured.windows++;
                say(measured, windows.count());
            }
        }
        if (streams.canRewriteLines()) {
            streams.err().print("\r\u001b[K");
        }
        return measured;
    }

    private void say(Measured measured, int windows) {
        String line = String.format(
                Locale.ROOT,
                "window %d of %d, perplexity so far %.4f",
                measured.windows,
                windows,
                measured.perplexity());
        if (streams.canRewriteLines()) {
            streams.err().print("\r\u001b[K" + line);
        } else if (measured.windows == windows
                || measured.windows * 10 / windows != (measured.windows - 1) * 10 / windows) {
            streams.err().line(line);
        }
    }

    /** {@code log(sum of exp(logits)) - logits[token]}, in double. */
    static double negativeLogLikelihood(FloatRows logits, int row, int token) {
        float[] values = logits.row(row);
        double greatest = Float.NEGATIVE_INFINITY;
        for (float value : values) {
            greatest = Math.max(greatest, value);
        }
        double sum = 0;
        for (float value : values) {
            sum += Math.exp(value - greatest);
        }
        return greatest + Math.log(sum) - values[token];
    }

    private void print(Measured measured, int context, int step) {
        if (!Double.isFinite(measured.perplexity())) {
            throw CliException.failed("perplexity: " + measured.perplexity() + " (expected: a finite number)");
        }
        if (!json) {
            streams.out()
                    .line(String.format(
                            Locale.ROOT,
                            "perplexity %.4f ± %.4f (%d tokens, context %d, stride %d)",
                            measured.perplexity(),
                            measured.error(),
                            measured.tokens,
                            context,
                            step));
            return;
        }
        streams.out()
                .line(Json.object(
                                "perplexity", Json.of(measured.perplexity()),
                                "error", Json.of(measured.error()),
                                "mean_negative_log_likelihood", Json.of(measured.mean()),
                                "tokens", Json.of(measured.tokens),
                                "windows", Json.of(measured.windows),
                                "context", Json.of(context),
                                "stride", Json.of(step))
                        .toString());
    }

    /** The sum over counted tokens. One thread. */
    private static final class Measured {
        private long tokens;
        private long windows;
        private double sum;
        private double sumOfSquares;

        void add(double negativeLogLikelihood) {
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
    }
}
