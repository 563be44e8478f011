package wok.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import wok.engine.Embedder;
import wok.engine.Embedding;
import wok.engine.EmbeddingRequest;
import wok.formats.Json;
import wok.model.Pooling;

/** {@code wok embed}: texts to vectors. */
@Command(
        name = "embed",
        header = "Print the vectors of texts.",
        description = {
            "",
            "MODEL is an embedding model: BERT and its kin, or a decoder whose last token stands for the",
            "text. Prints one line for each text, in their order: its numbers, each in the shortest form",
            "that reads back as the same 32-bit float; with --json an object with them. Without TEXT and",
            "--file, all of standard input is one text."
        },
        synopsisHeading = "%nUsage: ",
        parameterListHeading = "%n",
        optionListHeading = "%nOptions:%n",
        footerHeading = "%nExamples:%n",
        footer = {
            "  wok embed all-minilm \"a text\" \"another\"",
            "  wok embed e5-small --task query \"how do magnets work?\" --json",
            "  wok embed bge-small --file lines.txt --json      {\"index\":0,\"tokens\":9,\"embedding\":[…]}"
        })
final class EmbedCommand implements Callable<Integer> {
    /** Texts of one request: while one is printed the next one is computed. */
    private static final int TEXTS_AT_ONCE = 256;

    private final Streams streams;

    @Mixin
    private final HubMixin hub = new HubMixin();

    @Mixin
    private final ModelMixin running = new ModelMixin();

    @Parameters(index = "0", paramLabel = "MODEL", description = "A name, a GGUF file or a folder.")
    private String model = "";

    @Parameters(index = "1..*", paramLabel = "TEXT", description = "The texts.")
    private List<String> texts = new ArrayList<>();

    @Option(
            names = "--file",
            paramLabel = "FILE",
            description = "One text a line, or a JSON array of texts if its name ends in .json; - is standard input.")
    private Optional<String> file = Optional.empty();

    @Option(names = "--json", description = "Print {\"index\":…,\"tokens\":…,\"embedding\":[…]} for each text.")
    private boolean json;

    @Option(
            names = "--pooling",
            paramLabel = "KIND",
            description = "mean, cls, last or max; otherwise the model's own.")
    private Optional<String> pooling = Optional.empty();

    @Option(
            names = "--normalize",
            paramLabel = "on|off",
            description = "Whether vectors get length 1; otherwise as the model's files say.")
    private Optional<String> normalise = Optional.empty();

    @Option(
            names = "--dimensions",
            paramLabel = "N",
            description = "Keep the first N numbers (for models trained so that fewer will do).")
    private Optional<Integer> dimensions = Optional.empty();

    @Option(
            names = "--task",
            paramLabel = "TASK",
            description = "Put the model's own prompt for this task in front of each text: query, document, …")
    private Optional<String> task = Optional.empty();

    @Option(names = "--prefix", paramLabel = "TEXT", description = "Put this in front of each text.")
    private Optional<String> prefix = Optional.empty();

    @Option(names = "--truncate", description = "Cut texts that are too long for the model, rather than refuse them.")
    private boolean cut;

    EmbedCommand(Streams streams) {
        this.streams = streams;
    }

    @Override
    public Integer call() {
        EmbeddingRequest wanted = EmbeddingRequest.of(List.of())
                .withPooling(pooling.map(EmbedCommand::kind))
                .withNormalise(normalise.map(word -> Words.onOff("--normalize", word)))
                .withDimensions(dimensions
                        .map(n -> OptionalInt.of(ModelMixin.atLeastOne("--dimensions", n, Integer.MAX_VALUE)))
                        .orElse(OptionalInt.empty()))
                .withCutTexts(cut);
        if (task.isPresent() && prefix.isPresent()) {
            throw CliException.usage("--task, --prefix: both given (expected: one)");
        }
        running.check();
        List<String> all = TextWords.of(texts, file, "TEXT", streams);
        try (Embedder embedder = LoadedEmbedder.open(model, hub, running, streams)) {
            print(embedder, all, wanted.withPrefix(prefix(embedder)));
        }
        return Main.DONE;
    }

    private static Pooling kind(String word) {
        return Pooling.named(word)
                .orElseThrow(() -> CliException.usage("--pooling: " + word + " (expected: mean, cls, last or max)"));
    }

    private String prefix(Embedder embedder) {
        if (task.isEmpty()) {
            return prefix.orElse("");
        }
        Map<String, String> prompts = embedder.prompts();
        String name = task.get();
        String own = prompts.get(name.equals("document") && !prompts.containsKey(name) ? "passage" : name);
        if (own == null) {
            String known = prompts.isEmpty()
                    ? "none: the model's files have no prompts"
                    : "one of " + String.join(", ", prompts.keySet());
            throw CliException.failed("--task: " + name + " (expected: " + known + "; --prefix gives one)");
        }
        return own;
    }

    private void print(Embedder embedder, List<String> all, EmbeddingRequest wanted) {
        List<CompletableFuture<List<Embedding>>> underWay = new ArrayList<>();
        int printed = 0;
        for (int from = 0; from < all.size() || !underWay.isEmpty(); from += TEXTS_AT_ONCE) {
            if (from < all.size()) {
                List<String> some = all.subList(from, Math.min(from + TEXTS_AT_ONCE, all.size()));
                underWay.add(embedder.embed(wanted.withTexts(some)));
            }
            boolean another = from + TEXTS_AT_ONCE < all.size();
            if (underWay.size() > 1 || !another) {
                for (Embedding embedding : LoadedEmbedder.await(underWay.removeFirst())) {
                    streams.out().line(line(printed++, embedding));
                }
            }
        }
    }

    private String line(int index, Embedding embedding) {
        if (!json) {
            StringBuilder line = new StringBuilder();
            for (float value : embedding.vector()) {
                line.append(line.isEmpty() ? "" : " ").append(value);
            }
            return line.toString();
        }
        List<Json> numbers = new ArrayList<>();
        for (float value : embedding.vector()) {
            numbers.add(Json.of(value));
        }
        Json.Obj object = Json.object(
                "index", Json.of(index), "tokens", Json.of(embedding.tokens()), "embedding", Json.array(numbers));
        return (embedding.isCut() ? object.with("truncated", Json.of(true)) : object).toString();
    }
}
