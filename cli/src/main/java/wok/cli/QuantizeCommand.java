package wok.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import wok.convert.Draft;
import wok.convert.FileType;
import wok.convert.ImportanceFile;
import wok.convert.QuantiseOptions;
import wok.convert.WritePlan;
import wok.formats.ModelSource;

/** {@code wok quantize}: writes a model with smaller weights. */
@Command(
        name = "quantize",
        header = "Write a model with smaller weights, as a GGUF file.",
        description = {
            "",
            "Which tensor gets which type is chosen as llama.cpp chooses it, so files of the same type have the same",
            "size; weights are fitted by a search. The model may be larger than memory. With an importance matrix",
            "(wok imatrix) errors are smaller where they matter."
        },
        synopsisHeading = "%nUsage: ",
        parameterListHeading = "%n",
        optionListHeading = "%nOptions:%n",
        footerHeading = "%nExamples:%n",
        footer = {
            "  wok quantize model-F16.gguf model-Q4_K_M.gguf --type Q4_K_M",
            "  wok quantize model-F16.gguf model-IQ4_NL.gguf --type IQ4_NL --imatrix model.imatrix.gguf",
            "  wok quantize model-F16.gguf model.gguf --type Q4_0 --tensor-type ffn_down=Q8_0 --dry-run"
        })
final class QuantizeCommand implements Callable<Integer> {
    private final Streams streams;

    @Mixin
    private final HubMixin hub = new HubMixin();

    @Mixin
    private final WritingMixin writing = new WritingMixin();

    @Parameters(index = "0", paramLabel = "MODEL", description = "A name, a GGUF file or a folder.")
    private String model = "";

    @Parameters(index = "1", paramLabel = "FILE", description = "The GGUF file to write.")
    private String file = "";

    @Option(
            names = "--type",
            required = true,
            paramLabel = "TYPE",
            description = "Q8_0, Q4_0, Q4_1, Q5_0, Q5_1, Q4_K_S, Q4_K_M, Q5_K_S, Q5_K_M, Q6_K, IQ4_NL, MXFP4, F32, F16"
                    + " or BF16.")
    private String type = "";

    @Option(names = "--imatrix", paramLabel = "FILE", description = "Importance of columns, from wok imatrix.")
    private Optional<String> imatrix = Optional.empty();

    @Option(names = "--output-tensor-type", paramLabel = "TYPE", description = "Of the output matrix.")
    private Optional<String> outputType = Optional.empty();

    @Option(names = "--token-embedding-type", paramLabel = "TYPE", description = "Of the token embedding.")
    private Optional<String> embeddingType = Optional.empty();

    @Option(
            names = "--tensor-type",
            paramLabel = "PATTERN=TYPE",
            description = "Of tensors whose names the regular expression finds; may be given several times.")
    private List<String> tensorTypes = new ArrayList<>();

    @Option(names = "--allow-requantize", description = "Quantise weights that are quantised already.")
    private boolean allowRequantize;

    QuantizeCommand(Streams streams) {
        this.streams = streams;
    }

    @Override
    public Integer call() {
        QuantiseOptions options = options();
        Path out = writing.target(file);
        try (ModelSource source = ModelSource.open(hub.locate(model, streams))) {
            WritePlan plan = WritePlan.of(Draft.of(source), options);
            if (plan.unmeasured() > 0) {
                Failures.report(
                        streams,
                        "warning: the importance matrix says nothing of " + plan.unmeasured()
                                + " of the quantised matrices");
            }
            writing.write(plan, source, out, streams);
        }
        return Main.DONE;
    }

    private QuantiseOptions options() {
        QuantiseOptions options = QuantiseOptions.of(FileType.of(type)).withRequantised(allowRequantize);
        if (outputType.isPresent()) {
            options = options.withOutputType(outputType.get());
        }
        if (embeddingType.isPresent()) {
            options = options.withEmbeddingType(embeddingType.get());
        }
        if (imatrix.isPresent()) {
            options = options.withImportance(ImportanceFile.read(WritingMixin.path(imatrix.get())));
        }
        for (String rule : tensorTypes) {
            options = options.withRule(QuantiseOptions.Rule.of(rule));
        }
        return options;
    }
}
