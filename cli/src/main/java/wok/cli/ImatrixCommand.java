package wok.cli;

import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import wok.convert.ImportanceCollector;
import wok.convert.ImportanceFile;
import wok.formats.GgufModel;
import wok.formats.Json;
import wok.formats.ModelSource;
import wok.kernels.KvType;
import wok.model.ModelConfig;
import wok.model.Transformer;
import wok.tokenizer.EncodeOptions;
import wok.tokenizer.Tokenizer;

/** {@code wok imatrix}: measures which columns of a model's matrices matter. */
@Command(
        name = "imatrix",
        header = "Measure which columns of a model's matrices matter, for wok quantize.",
        description = {
            "",
            "The model reads a text, piece by piece; for every matrix the mean squares of what its columns meet are",
            "written in llama.cpp's GGUF format. Some ten thousand tokens of varied text of the kind that the model",
            "will see are enough. The model is a GGUF file, best the one that will be quantised."
        },
        synopsisHeading = "%nUsage: ",
        parameterListHeading = "%n",
        optionListHeading = "%nOptions:%n",
        footerHeading = "%nExample:%n",
        footer = "  wok imatrix model-F16.gguf texts.txt -o model.imatrix.gguf")
final class ImatrixCommand implements Callable<Integer> {
    private static final int CONTEXT_DEFAULT = 512;

    private final Streams streams;

    @Mixin
    private final HubMixin hub = new HubMixin();

    @Mixin
    private final ModelMixin running = new ModelMixin();

    @Parameters(index = "0", paramLabel = "MODEL", description = "A name or a GGUF file.")
    private String model = "";

    @Parameters(index = "1", paramLabel = "FILE", description = "A text in UTF-8; - is standard input.")
    private String file = "";

    @Option(
            names = {"-o", "--out"},
            required = true,
            paramLabel = "FILE",
            description = "The importance matrix to write.")
    private String out = "";

    @Option(names = "--chunks", paramLabel = "N", description = "Read so many pieces at most.")
    private Optional<Integer> chunks = Optional.empty();

    @Option(names = "--force", description = "Write over a file that is there.")
    private boolean force;

    @Option(names = "--json", description = "Print a JSON object.")
    private boolean json;

    ImatrixCommand(Streams streams) {
        this.streams = streams;
    }

    @Override
    public Integer call() {
        int context = running.contextTokens().orElse(CONTEXT_DEFAULT);
        if (context < 2) {
            throw CliException.usage("--context: " + context + " (expected: 2 or more)");
        }
        int most = chunks.map(n -> ModelMixin.atLeastOne("--chunks", n, Integer.MAX_VALUE))
                .orElse(Integer.MAX_VALUE);
        running.check();
        Path target = WritingMixin.target(out, force);
        String text = Words.text(file, streams);
        try (ModelSource source = ModelSource.open(hub.locate(model, streams))) {
            if (!(source instanceof GgufModel)) {
                throw CliException.failed(model + ": a folder (expected: a GGUF file; wok convert makes one)");
            }
            Tokenizer tokenizer = Tokenizer.of(source);
            int[] tokens = tokenizer.encode(text, EncodeOptions.PLAIN);
            ImportanceCollector collector = new ImportanceCollector(ModelConfig.of(source));
            int read = measure(source, collector, tokenizer, tokens, context, most);
            ImportanceFile.write(target, collector.sums(), file, read, context);
            report(collector, read, context);
        }
        return Main.DONE;
    }

    private int measure(
            ModelSource source,
            ImportanceCollector collector,
            Tokenizer tokenizer,
            int[] tokens,
            int context,
            int most) {
        OptionalInt beginning = PerplexityCommand.beginning(tokenizer);
        int body = beginning.isPresent() ? context - 1 : context;
        int count = Math.min(most, tokens.length / body);
        if (count < 1) {
            throw CliException.failed(
                    file + ": " + tokens.length + " tokens (expected: " + body + " or more, one piece)");
        }
        try (Transformer transformer =
                        Transformer.open(source, running.options().withObserver(collector));
                SequenceRun run = SequenceRun.allocate(transformer, 1, context, running.kvType(KvType.F32));
                ProgressLine progress = new ProgressLine(streams)) {
            for (int chunk = 0; chunk < count; chunk++) {
                int[] piece = new int[context];
                beginning.ifPresent(bos -> piece[0] = bos);
                System.arraycopy(tokens, chunk * body, piece, context - body, body);
                run.feed(piece, 0, 0, (position, logits, row) -> {}); // of all positions, so that all rows go through
                progress.say("piece " + (chunk + 1) + " of " + count, chunk + 1, count);
            }
        }
        return count;
    }

    private void report(ImportanceCollector collector, int read, int context) {
        if (json) {
            streams.out()
                    .line(Json.object(
                                    "file", Json.of(out),
                                    "tensors", Json.of(collector.tensors()),
                                    "pieces", Json.of(read),
                                    "tokens", Json.of((long) read * context))
                            .toString());
        } else {
            streams.out()
                    .line(TerminalText.oneLine(out) + ": " + collector.tensors() + " matrices measured with "
                            + (long) read * context + " tokens");
        }
    }
}
