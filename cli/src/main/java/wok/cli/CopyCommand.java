package wok.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import wok.hub.ModelStore;

/** {@code wok cp}: a second name for a stored model. */
@Command(
        name = "cp",
        header = "Give a stored model a second name.",
        description = {"", "No bytes are copied; wok rm takes either name away without the other."},
        synopsisHeading = "%nUsage: ",
        parameterListHeading = "%n",
        optionListHeading = "%nOptions:%n",
        footerHeading = "%nExample:%n",
        footer = "  wok cp smollm2:135m small")
final class CopyCommand implements Callable<Integer> {
    private final Streams streams;

    @Mixin
    private final HubMixin hub = new HubMixin();

    @Parameters(index = "0", paramLabel = "FROM", description = "A name as wok list shows it.")
    private String from = "";

    @Parameters(index = "1", paramLabel = "TO", description = "The new short name.")
    private String to = "";

    @Option(names = "--json", description = "Print the new entry as a JSON object.")
    private boolean json;

    CopyCommand(Streams streams) {
        this.streams = streams;
    }

    @Override
    public Integer call() {
        ModelStore store = hub.store(streams);
        store.copy(from, to);
        streams.out()
                .line(
                        json
                                ? StoredModels.object(store.show(to)).toString()
                                : TerminalText.oneLine(from + " is now " + to + " too"));
        return Main.DONE;
    }
}
