package wok.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import wok.formats.ModelSource;
import wok.kernels.FloatRows;
import wok.kernels.KvType;
import wok.model.ModelOptions;
import wok.model.Transformer;

/** {@code wok logits}: the numbers that a model computes, for comparing engines. */
@Command(
        name = "logits",
        header = "Print a model's logits for token ids as JSON.",
        description = {
            "",
            "Prints {\"tokens\":[…],\"logits\":[[…]]} on one line: the logits of the last position",
            "(--all: of every position), each number in the shortest form that reads back as the same",
            "32-bit float. Keys and values are kept in f32 unless --kv says otherwise."
        },
        synopsisHeading = "%nUsage: ",
        parameterListHeading = "%n",
        optionListHeading = "%nOptions:%n",
        footerHeading = "%nExamples:%n",
        footer = {
            "  wok logits model.gguf --tokens 1,2,3",
            "  wok logits ./folder --tokens 1,2,3 --greedy 16 --activations f32"
        })
final class LogitsCommand implements Callable<Integer> {
    private final Streams streams;

    @Mixin
    private final HubMixin hub = new HubMixin();

    @Mixin
    private final ModelMixin running = new ModelMixin();

    @Parameters(paramLabel = "MODEL", description = "A name, a GGUF file or a folder.")
    private String model = "";

    @Option(names = "--tokens", paramLabel = "IDS", required = true, description = "Token ids between commas.")
    private String tokens = "";

    @Option(names = "--all", description = "The logits of every position.")
    private boolean all;

    @Option(
            names = "--greedy",
            paramLabel = "N",
            description = "Add \"greedy\":[…], the N tokens that follow when the likeliest is always taken.")
    private int greedy;

    @Option(names = "--json", description = "Print JSON: always so, accepted for other programs' sake.")
    @SuppressWarnings("UnusedVariable") // there is no other form to choose
    private boolean json;

    LogitsCommand(Streams streams) {
        this.streams = streams;
    }

    @Override
    public Integer call() {
        int[] ids = Words.integers("--tokens", tokens);
        if (greedy < 0) {
            throw CliException.usage("--greedy: " + greedy + " (expected: 0 or more)");
        }
        Path path = hub.locate(model, streams);
        ModelOptions options = running.options().withPackedCache(hub.packedCache(path, streams));
        try (Transformer transformer = Transformer.open(ModelSource.open(path), options)) {
            check(ids, transformer);
            try (OpenAdapters adapters = OpenAdapters.open(running.adapters(), transformer::openAdapter);
                    SequenceRun run =
                            SequenceRun.allocate(transformer, 1, ids.length + greedy, running.kvType(KvType.F32))) {
                print(ids, run.with(adapters.mix()));
            }
        }
        return Main.DONE;
    }

    private void check(int[] ids, Transformer transformer) {
        int vocabulary = transformer.config().vocabularySize();
        for (int id : ids) {
            if (id >= vocabulary) {
                throw CliException.usage("--tokens: " + id + " (expected: 0 to " + (vocabulary - 1) + ")");
            }
        }
        int context = transformer.config().contextLength();
        if ((long) ids.length + greedy > context) {
            throw CliException.usage("--tokens: " + ids.length + " and " + greedy + " to come (expected: at most "
                    + context + " together, the context)");
        }
    }

    /** Row by row: all the logits of a long text would not fit into memory as words. */
    private void print(int[] ids, SequenceRun run) {
        StringBuilder line = new StringBuilder("{\"tokens\":")
                .append(TokenizeCommand.array(ids))
                .append(",\"logits\":[");
        List<Integer> best = new ArrayList<>();
        run.feed(ids, 0, all ? 0 : ids.length - 1, (position, logits, row) -> {
            line.append(all && position > 0 ? ",[" : "[");
            append(logits, row, line);
            line.append(']');
            if (position < ids.length - 1) {
                streams.out().print(line.toString());
                line.setLength(0);
            } else {
                best.add(argmax(logits, row));
            }
        });
        line.append(']');
        if (greedy > 0) {
            line.append(",\"greedy\":").append(continuation(best.getFirst(), ids.length, run));
        }
        streams.out().line(line.append('}').toString());
    }

    private List<Integer> continuation(int first, int length, SequenceRun run) {
        List<Integer> chosen = new ArrayList<>(greedy);
        chosen.add(first);
        while (chosen.size() < greedy) {
            FloatRows logits = run.step(new int[] {chosen.getLast()}, length + chosen.size() - 1);
            chosen.add(argmax(logits, 0));
        }
        return chosen;
    }

    private static void append(FloatRows logits, int row, StringBuilder line) {
        for (int column = 0; column < logits.columns(); column++) {
            float value = logits.get(row, column);
            if (!Float.isFinite(value)) {
                throw CliException.failed("logits: " + value + " for token " + column
                        + " (expected: finite numbers; the file's weights may be damaged)");
            }
            line.append(column == 0 ? "" : ",").append(value);
        }
    }

    /** The token with the greatest logit, the lowest id of equals. */
    private static int argmax(FloatRows logits, int row) {
        int best = 0;
        for (int column = 1; column < logits.columns(); column++) {
            if (logits.get(row, column) > logits.get(row, best)) {
                best = column;
            }
        }
        return best;
    }
}
