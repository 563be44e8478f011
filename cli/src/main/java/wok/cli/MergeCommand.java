package wok.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import wok.formats.GgufModel;
import wok.formats.HuggingFaceFolder;
import wok.formats.Json;
import wok.formats.ModelSource;
import wok.model.AdapterMerge;
import wok.model.MergedFolder;

/** {@code wok merge}: a model with adapters added to its weights for good. */
@Command(
        name = "merge",
        header = "Write a model with LoRA adapters added to its weights.",
        synopsisHeading = "%nUsage: ",
        parameterListHeading = "%n",
        optionListHeading = "%nOptions:%n",
        footerHeading = "%nExamples:%n",
        footer = {
            "  wok merge Qwen3-0.6B/ --adapter my-lora/ -o merged/",
            "  wok merge Qwen3-0.6B/ --adapter style/ --adapter facts/=0.5 -o merged/"
        })
final class MergeCommand implements Callable<Integer> {
    private final Streams streams;

    @Mixin
    private final HubMixin hub = new HubMixin();

    @Parameters(paramLabel = "MODEL", description = "A Hugging Face folder, or the name of one.")
    private String model = "";

    @Option(
            names = "--adapter",
            required = true,
            paramLabel = "PATH[=FACTOR]",
            description =
                    "A folder of PEFT or a GGUF adapter, its effect multiplied by FACTOR; may be given several times.")
    private List<String> adapters = List.of();

    @Option(
            names = {"-o", "--output"},
            required = true,
            paramLabel = "FOLDER",
            description = "The folder to make.")
    private Path output = Path.of("");

    @Option(names = "--json", description = "Print a JSON object.")
    private boolean json;

    MergeCommand(Streams streams) {
        this.streams = streams;
    }

    @Override
    public Integer call() {
        List<AdapterMerge.Part> parts = adapters.stream()
                .map(AdapterWord::parse)
                .map(word -> new AdapterMerge.Part(word.path(), word.factor()))
                .toList();
        Path path = hub.locate(model, streams);
        try (ModelSource source = ModelSource.open(path);
                Spinner _ = Spinner.start(streams, "merging")) {
            switch (source) {
                case HuggingFaceFolder folder -> MergedFolder.write(folder, parts, output);
                case GgufModel gguf ->
                    throw CliException.failed(
                            model + ": a GGUF file (expected: a Hugging Face folder, whose weights are"
                                    + " not rounded yet; run and quantise what comes of it)");
            }
        }
        report(Files.exists(output) ? output : output.toAbsolutePath());
        return Main.DONE;
    }

    private void report(Path written) {
        if (json) {
            streams.out()
                    .line(Json.object("merged", Json.of(written.toString())).toString());
        } else {
            streams.out().line("merged " + written);
        }
    }
}
