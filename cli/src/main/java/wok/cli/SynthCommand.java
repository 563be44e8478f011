package wok.cli;

import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import wok.formats.Json;
import wok.synth.SynthModel;
import wok.synth.SynthShape;
import wok.synth.SynthType;

/** {@code wok synth}: writes a model of random weights in a published shape. */
@Command(
        name = "synth",
        header = "Write a model of random weights in the shape of a published one.",
        description = {
            "",
            "It talks nonsense, exactly as fast as the real one and as large: for measuring speed, and for trying",
            "whether a model fits, where no weights can be fetched. The same words give the same file."
        },
        synopsisHeading = "%nUsage: ",
        parameterListHeading = "%n",
        optionListHeading = "%nOptions:%n",
        footerHeading = "%nExamples:%n",
        footer = {
            "  wok synth smollm2-135m --type Q8_0 --out smollm2-random.gguf",
            "  wok synth llama-3.2-1b --type Q4_K_M --seed 7 --out llama-random.gguf"
        })
final class SynthCommand implements Callable<Integer> {
    private final Streams streams;

    @Parameters(
            paramLabel = "SHAPE",
            description = "A name of the catalogue: smollm2-135m, qwen3-0.6b, llama-3.2-1b, …")
    private String shape = "";

    @Option(
            names = "--type",
            required = true,
            paramLabel = "TYPE",
            description =
                    "F32, F16, BF16, Q8_0, Q4_0, Q4_1, Q5_0, Q5_1, Q4_K_S, Q4_K_M, Q5_K_S, Q5_K_M, Q6_K, IQ4_NL or"
                            + " IQ4_XS. Mixed types as llama.cpp's quantiser mixes them.")
    private String type = "";

    @Option(names = "--out", required = true, paramLabel = "FILE", description = "The GGUF file to write.")
    private String out = "";

    @Option(names = "--seed", paramLabel = "N", description = "Other weights (0).")
    private long seed;

    @Option(names = "--layers", paramLabel = "N", description = "Only so many layers, for shapes too large for a disk.")
    private int layers;

    @Option(names = "--force", description = "Write over a file that is there.")
    private boolean force;

    @Option(names = "--json", description = "Print a JSON object.")
    private boolean json;

    SynthCommand(Streams streams) {
        this.streams = streams;
    }

    @Override
    public Integer call() {
        SynthShape whole = SynthShape.of(shape);
        SynthShape wanted = layers == 0 ? whole : whole.withLayers(layers);
        SynthModel model = new SynthModel(wanted, SynthType.of(type), seed);
        Path file = file();
        long started = System.nanoTime();
        long total = model.weightBytes();
        try (ProgressBar bar = new ProgressBar(streams, System::nanoTime)) {
            long[] done = new long[1];
            model.write(file, bytes -> {
                done[0] += bytes;
                bar.update(out, done[0], total);
            });
        }
        streams.out().print(json ? document(model) + "\n" : words(model, System.nanoTime() - started));
        return Main.DONE;
    }

    private Path file() {
        try {
            Path file = Path.of(out);
            if (Files.exists(file) && !force) {
                throw CliException.failed(out + ": is there already (expected: a new file, or --force)");
            }
            return file;
        } catch (InvalidPathException e) {
            throw CliException.failed(out + ": not a path (" + e.getReason() + ")");
        }
    }

    private Json.Obj document(SynthModel model) {
        return Json.object(
                "file", Json.of(out),
                "shape", Json.of(model.shape().name()),
                "type", Json.of(model.type().name()),
                "seed", Json.of(seed),
                "parameters", Json.of(model.parameters()),
                "weight_bytes", Json.of(model.weightBytes()));
    }

    private String words(SynthModel model, long nanos) {
        return TerminalText.oneLine(out) + ": " + Quantity.count(model.parameters()) + " random weights, "
                + Quantity.bytes(model.weightBytes()) + ", in " + Quantity.duration(nanos) + "\n";
    }
}
