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
        description = {"", "Files that another name still needs stay."},
        synopsisHeading = "%nUsage: ",
        parameterListHeading = "%n",
        optionListHeading = "%nOptions:%n",
        footerHeading = "%nExample:%n",
        footer = "  wok rm smollm2:135m")
final class RemoveCommand implements Callable<Integer> {
    private final Streams streams;

    @Mixin
    private final HubMixin hub = new HubMixin();

    @Parameters(paramLabel = "NAME", arity = "1..*", description = "Names as wok list shows them.")
    private List<String> names = List.of();

    @Option(names = "--json", description = "Print a JSON object: {\"removed\":[…]}.")
    private boolean json;

    RemoveCommand(Streams streams) {
        this.streams = streams;
    }

    @Override
    public Integer call() {
        ModelStore store = hub.store(streams);
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
}
