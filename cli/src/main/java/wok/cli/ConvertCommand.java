package wok.cli;

import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import wok.convert.Draft;
import wok.convert.FileType;
import wok.convert.QuantiseOptions;
import wok.convert.WritePlan;
import wok.formats.HuggingFaceFolder;
import wok.formats.ModelSource;

/** {@code wok convert}: writes a Hugging Face folder's model as a GGUF file. */
@Command(
        name = "convert",
        header = "Write a Hugging Face folder's model as a GGUF file.",
        description = {
            "",
            "Weights, configuration, tokenizer and chat template go into one file that Wok and llama.cpp read.",
            "The model may be larger than memory. Without --type, matrices keep about the size they have:",
            "F32 stays F32, F16 stays F16, everything else becomes BF16."
        },
        synopsisHeading = "%nUsage: ",
        parameterListHeading = "%n",
        optionListHeading = "%nOptions:%n",
        footerHeading = "%nExamples:%n",
        footer = {
            "  wok convert SmolLM2-135M-Instruct",
            "  wok convert SmolLM2-135M-Instruct -o smollm2-Q8_0.gguf --type q8_0"
        })
final class ConvertCommand implements Callable<Integer> {
    private final Streams streams;

    @Mixin
    private final WritingMixin writing = new WritingMixin();

    @Parameters(paramLabel = "FOLDER", description = "A folder with config.json, tokenizer.json and weights.")
    private String folder = "";

    @Option(
            names = {"-o", "--out"},
            paramLabel = "FILE",
            description = "The GGUF file to write (the folder's name and the type, in this folder).")
    private Optional<String> out = Optional.empty();

    @Option(names = "--type", paramLabel = "TYPE", description = "F32, F16, BF16, Q8_0, or what wok quantize knows.")
    private Optional<String> type = Optional.empty();

    ConvertCommand(Streams streams) {
        this.streams = streams;
    }

    @Override
    public Integer call() {
        try (ModelSource source = ModelSource.open(WritingMixin.path(folder))) {
            if (!(source instanceof HuggingFaceFolder)) {
                throw CliException.failed(
                        folder + ": a GGUF file (expected: a folder; wok quantize changes a GGUF file's types)");
            }
            FileType wanted = type.map(FileType::of).orElseGet(() -> FileType.keeping(source));
            Path file = writing.target(out.orElseGet(() -> name(source.path(), wanted)));
            WritePlan plan =
                    WritePlan.of(Draft.of(source), QuantiseOptions.of(wanted).withRequantised(true));
            writing.write(plan, source, file, streams);
        }
        return Main.DONE;
    }

    private static String name(Path folder, FileType type) {
        Path name = folder.toAbsolutePath().normalize().getFileName();
        return String.format(Locale.ROOT, "%s-%s.gguf", name == null ? "model" : name, type);
    }
}
