package wok.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import wok.formats.Json;
import wok.formats.ModelSource;
import wok.hub.StoredModel;
import wok.tensor.Tensor;

/** {@code wok show}: what a model's files say about it, and what to expect of it here. No weights are read. */
@Command(
        name = "show",
        header = "Print what a model is: architecture, size, context, quantisation, licence.",
        synopsisHeading = "%nUsage: ",
        parameterListHeading = "%n",
        optionListHeading = "%nOptions:%n",
        footerHeading = "%nExamples:%n",
        footer = {"  wok show smollm2:135m", "  wok show model.gguf --json", "  wok show model.gguf --tensors"})
final class ShowCommand implements Callable<Integer> {
    private static final int VALUE_COLUMNS = 90;

    private final Streams streams;

    @Mixin
    private final HubMixin hub = new HubMixin();

    @Parameters(paramLabel = "NAME", description = "A name, a GGUF file or a folder.")
    private String name = "";

    @Option(names = "--json", description = "Print a JSON object.")
    private boolean json;

    @Option(names = "--tensors", description = "List every tensor too.")
    private boolean tensors;

    @Option(names = "--template", description = "Print the chat template and nothing else.")
    private boolean template;

    ShowCommand(Streams streams) {
        this.streams = streams;
    }

    @Override
    public Integer call() {
        try (ModelSource source = ModelSource.open(hub.locate(name, streams))) {
            if (template) {
                streams.out()
                        .print(streams.shown(ModelFacts.template(source)
                                .orElseThrow(() -> CliException.failed(name + ": has no chat template"))));
                return Main.DONE;
            }
            Json.Obj facts = ModelFacts.of(source, stored());
            Optional<Expectation> expected = ModelFacts.config(source).map(config -> Expectation.of(source, config));
            if (expected.isPresent()) {
                Expectation here = expected.get();
                facts = facts.with("fits", json ? here.document() : Json.of(here.words()));
            }
            if (tensors) {
                facts = facts.with("tensors", Json.array(tensors(source)));
            }
            streams.out().print(json ? facts + "\n" : words(facts));
        }
        return Main.DONE;
    }

    private Optional<StoredModel> stored() {
        try {
            return hub.store(streams).find(name);
        } catch (wok.hub.HubException e) {
            return Optional.empty(); // a path, or a name that the store does not take
        }
    }

    private String words(Json.Obj facts) {
        Paint paint = streams.paint();
        StringBuilder words = new StringBuilder();
        facts.members().forEach((key, value) -> {
            if (!key.equals("tensors")) {
                String label = key.replace('_', ' ');
                words.append(paint.bold(label))
                        .append(" ".repeat(Math.max(1, 18 - label.length())))
                        .append(TerminalText.shortened(word(key, value), VALUE_COLUMNS))
                        .append('\n');
            }
        });
        facts.array("tensors").ifPresent(list -> words.append(tensorTable(list)));
        return words.toString();
    }

    private static String word(String key, Json value) {
        return switch (value) {
            case Json.Str text -> text.value();
            case Json.Num number
            when key.endsWith("parameters") -> Quantity.count(number.longValue()) + " (" + number + ")";
            case Json.Num number when key.endsWith("bytes") -> Quantity.bytes(number.longValue());
            case Json.Bool bool -> bool.value() ? "yes" : "no";
            case Json.Arr list ->
                String.join(
                        ", ", list.elements().stream().map(one -> word("", one)).toList());
            case Json.Obj object -> {
                List<String> parts = new ArrayList<>();
                object.members().forEach((name, one) -> parts.add(name + " " + word(name, one)));
                yield String.join(", ", parts);
            }
            default -> value.toString();
        };
    }

    private String tensorTable(Json.Arr list) {
        Table table = new Table("TENSOR", "TYPE", "SHAPE", ">SIZE");
        for (Json element : list.elements()) {
            if (element instanceof Json.Obj tensor) {
                table.row(
                        tensor.text("name").orElse(""),
                        tensor.text("type").orElse(""),
                        tensor.array("shape").map(Json.Arr::toString).orElse(""),
                        Quantity.bytes(
                                tensor.number("bytes").map(Json.Num::longValue).orElse(0L)));
            }
        }
        return table.text(streams);
    }

    private static List<Json> tensors(ModelSource source) {
        List<Json> list = new ArrayList<>();
        for (Tensor tensor : source.tensors().values()) {
            list.add(Json.object(
                    "name", Json.of(tensor.name()),
                    "type", Json.of(tensor.dtype().toString()),
                    "shape",
                            Json.array(tensor.shape().dimensions().stream()
                                    .map(Json::of)
                                    .toList()),
                    "bytes", Json.of(tensor.bytes())));
        }
        return list;
    }
}
