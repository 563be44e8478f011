package wok.cli;

import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import wok.formats.Json;
import wok.hub.ModelStore;

/** {@code wok rm}: models out of the store. */
@Command(
        name = "rm",
        header = "Remove models from the store.",
        description = {"", "Files that another name still needs stay. Packed weights go with their model."},
        synopsisHeading = "%nUsage: ",
        parameterListHeading = "%n",
        optionListHeading = "%nOptions:%n",
        footerHeading = "%nExamples:%n",
        footer = {"  wok rm smollm2:135m", "  wok rm --packed        packed weights of all models; the models stay"})
final class RemoveCommand implements Callable<Integer> {
    private final Streams streams;

    @Mixin
    private final HubMixin hub = new HubMixin();

    @Parameters(paramLabel = "NAME", arity = "0..*", description = "Names as wok list shows them.")
    private List<String> names = List.of();

    @Option(
            names = "--packed",
            description =
                    "Remove no model, but what the weights of all models take a second time (PACKED in wok list).")
    private boolean packed;

    @Option(names = "--json", description = "Print a JSON object: {\"removed\":[…]}.")
    private boolean json;

    RemoveCommand(Streams streams) {
        this.streams = streams;
    }

    @Override
    public Integer call() {
        ModelStore store = hub.store(streams);
        if (packed == !names.isEmpty()) {
            throw CliException.usage(packed ? "NAME: with --packed (expected: one of the two)" : "NAME is missing");
        }
        if (packed) {
            removePacked(store);
            return Main.DONE;
        }
        names.forEach(store::show);
        for (String name : names) {
            store.remove(name);
            if (!json) {
                streams.out().line("removed " + TerminalText.oneLine(name));
            }
        }
        if (json) {
            Json.Arr removed = Json.array(names.stream().map(Json::of).toList());
            streams.out().line(Json.object("removed", removed).toString());
        }
        return Main.DONE;
    }

    private void removePacked(ModelStore store) {
        long bytes = store.packedBytes();
        store.removePacked();
        streams.out()
                .line(
                        json
                                ? Json.object("removed_packed_bytes", Json.of(bytes))
                                        .toString()
                                : "removed " + Quantity.bytes(bytes) + " of packed weights");
    }
}
