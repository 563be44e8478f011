package wok.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code wok} alone: says what there is. */
@Command(
        name = "wok",
        customSynopsis = "wok VERB [words] [options]",
        header = "Runs open-weight language models on this computer.",
        synopsisHeading = "%n",
        optionListHeading = "%nOptions:%n",
        commandListHeading = "%nVerbs:%n",
        footerHeading = "%nExamples:%n",
        footer = {
            "  wok chat                                  talk with a small model",
            "  wok run smollm2:135m \"Why is the sky blue?\"",
            "  git diff | wok run qwen3:0.6b \"Write a commit message.\"",
            "  wok list                                  the models on this computer",
            "",
            "wok VERB --help says more about one verb. Exit codes: 0 done, 1 failed, 2 wrong usage.",
            "Models are kept in ~/.wok (WOK_HOME). NO_COLOR turns colours off."
        })
final class WokCommand implements Callable<Integer> {
    private final Streams streams;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli fills it before the call
    private CommandSpec spec;

    @Option(
            names = {"-V", "--version"},
            description = "Print the version.")
    private boolean version;

    WokCommand(Streams streams) {
        this.streams = streams;
    }

    @Override
    public Integer call() {
        if (version) {
            streams.out().line(VersionCommand.text());
        } else {
            spec.commandLine().usage(spec.commandLine().getOut());
        }
        return Main.DONE;
    }
}
