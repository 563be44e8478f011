package wok.cli;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import wok.engine.Embedder;
import wok.engine.RerankRequest;
import wok.engine.Score;
import wok.formats.Json;

/** {@code wok rerank}: documents by how well they answer a query. */
@Command(
        name = "rerank",
        header = "Sort documents by how well they answer a query.",
        description = {
            "",
            "MODEL is a cross-encoder: a classifier with one score, which reads query and document",
            "together. Prints a line for each document, the best first: its score, its number and its",
            "beginning; with --json one object. Without DOCUMENT and --file, standard input is one document."
        },
        synopsisHeading = "%nUsage: ",
        parameterListHeading = "%n",
        optionListHeading = "%nOptions:%n",
        footerHeading = "%nExamples:%n",
        footer = {
            "  wok rerank ./ms-marco-MiniLM-L6-v2 --query \"what is a panda?\" \"hi\" \"A bear of China.\"",
            "  wok rerank ./bge-reranker-v2-m3 --query \"…\" --file lines.txt --top 5 --json",
            "                                   {\"results\":[{\"index\":1,\"score\":8.6,\"document\":\"…\"}]}"
        })
final class RerankCommand implements Callable<Integer> {
    private static final int SHOWN_CHARACTERS = 100;

    private final Streams streams;

    @Mixin
    private final HubMixin hub = new HubMixin();

    @Mixin
    private final ModelMixin running = new ModelMixin();

    @Parameters(index = "0", paramLabel = "MODEL", description = "A name, a GGUF file or a folder.")
    private String model = "";

    @Parameters(index = "1..*", paramLabel = "DOCUMENT", description = "The documents.")
    private List<String> documents = new ArrayList<>();

    @Option(names = "--query", paramLabel = "TEXT", required = true, description = "What the documents should answer.")
    private String query = "";

    @Option(
            names = "--file",
            paramLabel = "FILE",
            description =
                    "One document a line, or a JSON array of them if its name ends in .json; - is standard input.")
    private Optional<String> file = Optional.empty();

    @Option(names = "--top", paramLabel = "N", description = "Print the N best only.")
    private Optional<Integer> top = Optional.empty();

    @Option(names = "--sigmoid", description = "Print scores between 0 and 1 rather than the classifier's own.")
    private boolean sigmoid;

    @Option(names = "--truncate", description = "Cut texts that are too long for the model, rather than refuse them.")
    private boolean cut;

    @Option(names = "--json", description = "Print {\"results\":[{\"index\":…,\"score\":…,\"document\":…}]}.")
    private boolean json;

    /** A document and its score. */
    private record Ranked(int index, Score score) {}

    RerankCommand(Streams streams) {
        this.streams = streams;
    }

    @Override
    public Integer call() {
        int shown = top.map(n -> ModelMixin.atLeastOne("--top", n, Integer.MAX_VALUE))
                .orElse(Integer.MAX_VALUE);
        running.check();
        List<String> all = TextWords.of(documents, file, "DOCUMENT", streams);
        try (Embedder embedder = LoadedEmbedder.open(model, hub, running, streams)) {
            List<Ranked> best = ranked(embedder, all);
            print(all, best.subList(0, Math.min(shown, best.size())));
        }
        return Main.DONE;
    }

    /** Equal scores stay in the order of the documents. */
    private List<Ranked> ranked(Embedder embedder, List<String> all) {
        List<Score> scores = LoadedEmbedder.await(embedder.rerank(new RerankRequest(query, all, sigmoid, cut)));
        List<Ranked> ranked = new ArrayList<>();
        for (Score score : scores) {
            ranked.add(new Ranked(ranked.size(), score));
        }
        ranked.sort(Comparator.comparingDouble((Ranked r) -> r.score().value()).reversed());
        return ranked;
    }

    private void print(List<String> all, List<Ranked> ranked) {
        List<Json> results = new ArrayList<>();
        for (Ranked one : ranked) {
            String document = all.get(one.index());
            if (json) {
                results.add(Json.object(
                        "index",
                        Json.of(one.index()),
                        "score",
                        Json.of(one.score().value()),
                        "document",
                        Json.of(document)));
            } else {
                String beginning = TerminalText.shortened(TerminalText.oneLine(document), SHOWN_CHARACTERS);
                streams.out().line(one.score().value() + "\t" + one.index() + "\t" + beginning);
            }
        }
        if (json) {
            streams.out().line(Json.object("results", Json.array(results)).toString());
        }
    }
}
