package wok.cli;

import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import picocli.CommandLine.Option;
import wok.convert.ModelWriter;
import wok.convert.WritePlan;
import wok.formats.Json;
import wok.formats.ModelSource;
import wok.kernels.ThreadTeam;
import wok.model.ModelOptions;
import wok.tensor.DType;

/** How a model is written: the same words for every verb that writes one. One thread. */
final class WritingMixin {
    @Option(names = "--threads", paramLabel = "N", description = "Threads that compute. Without it, one per processor.")
    private Optional<Integer> threads = Optional.empty();

    @Option(names = "--force", description = "Write over a file that is there.")
    private boolean force;

    @Option(names = "--dry-run", description = "Say what would be written, tensor by tensor, and write nothing.")
    private boolean dryRun;

    @Option(names = "--json", description = "Print a JSON object.")
    private boolean json;

    /**
     * The file to write.
     *
     * @throws CliException if it is no path, or is there already
     */
    Path target(String word) {
        return target(word, force || dryRun);
    }

    /** The same for verbs with an option of their own. */
    static Path target(String word, boolean force) {
        Path file = path(word);
        if (Files.exists(file) && !force) {
            throw CliException.failed(word + ": is there already (expected: a new file, or --force)");
        }
        return file;
    }

    /** A word as a path. */
    static Path path(String word) {
        try {
            return Path.of(word);
        } catch (InvalidPathException e) {
            throw CliException.failed(word + ": not a path (" + e.getReason() + ")");
        }
    }

    /** Writes it, or says what would be written, and reports. */
    void write(WritePlan plan, ModelSource source, Path file, Streams streams) {
        long started = System.nanoTime();
        if (!dryRun) {
            int count = threads.map(n -> ModelMixin.atLeastOne("--threads", n, ModelOptions.THREADS_MAX))
                    .orElseGet(() -> ModelOptions.defaults().threads());
            try (ThreadTeam team = ThreadTeam.create(count);
                    ProgressBar bar = new ProgressBar(streams, System::nanoTime)) {
                new ModelWriter(plan, source, team)
                        .write(file, (tensor, done, total) -> bar.update(file.toString(), done, total));
            }
        }
        if (json) {
            streams.out().line(document(plan, file).toString());
        } else if (dryRun) {
            streams.out().print(table(plan, streams));
        } else {
            streams.out().line(words(plan, file, System.nanoTime() - started));
        }
    }

    private Json.Obj document(WritePlan plan, Path file) {
        Map<DType, Long> counts = counts(plan);
        Json.Obj types = Json.Obj.of();
        for (Map.Entry<DType, Long> type : counts.entrySet()) {
            types = types.with(type.getKey().name(), Json.of(type.getValue()));
        }
        Json.Obj document = Json.object(
                "file", Json.of(file.toString()),
                "type", Json.of(plan.options().type().name()),
                "written", Json.of(!dryRun),
                "parameters", Json.of(plan.parameters()),
                "tensor_bytes", Json.of(plan.bytes()),
                "bits_per_weight", Json.of(bitsPerWeight(plan)),
                "types", types);
        return dryRun ? document.with("tensors", tensors(plan)) : document;
    }

    private static Json tensors(WritePlan plan) {
        return Json.array(plan.chosen().stream()
                .map(tensor -> (Json) Json.object(
                        "name", Json.of(tensor.name()),
                        "from", Json.of(tensor.from().name()),
                        "to", Json.of(tensor.to().name()),
                        "bytes", Json.of(tensor.bytes())))
                .toList());
    }

    private static String table(WritePlan plan, Streams streams) {
        Table table = new Table("TENSOR", "FROM", "TO", "SHAPE", ">SIZE");
        for (WritePlan.Chosen tensor : plan.chosen()) {
            table.row(
                    tensor.name(),
                    tensor.from().name(),
                    tensor.to().name(),
                    tensor.shape().toString(),
                    Quantity.bytes(tensor.bytes()));
        }
        return table.text(streams) + summary(plan) + "\n";
    }

    private static String words(WritePlan plan, Path file, long nanos) {
        return TerminalText.oneLine(file.toString()) + ": " + summary(plan) + ", in " + Quantity.duration(nanos);
    }

    private static String summary(WritePlan plan) {
        String types = counts(plan).entrySet().stream()
                .map(type -> type.getKey() + " " + type.getValue())
                .collect(Collectors.joining(", "));
        return Quantity.count(plan.parameters()) + " weights, " + Quantity.bytes(plan.bytes())
                + String.format(java.util.Locale.ROOT, ", %.2f bits a weight (", bitsPerWeight(plan)) + types + ")";
    }

    private static double bitsPerWeight(WritePlan plan) {
        return Math.round(800.0 * plan.bytes() / Math.max(1, plan.parameters())) / 100.0;
    }

    private static Map<DType, Long> counts(WritePlan plan) {
        Map<DType, Long> counts = new EnumMap<>(DType.class);
        plan.chosen().forEach(tensor -> counts.merge(tensor.to(), 1L, Long::sum));
        return counts;
    }
}
