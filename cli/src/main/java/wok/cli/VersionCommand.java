package wok.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import wok.formats.Json;

/** {@code wok version}: what is running. */
@Command(
        name = "version",
        header = "Print the version of Wok and of Java.",
        synopsisHeading = "%nUsage: ",
        optionListHeading = "%nOptions:%n",
        footerHeading = "%nExample:%n",
        footer = "  wok version --json")
final class VersionCommand implements Callable<Integer> {
    private final Streams streams;

    @Option(names = "--json", description = "Print a JSON object.")
    private boolean json;

    VersionCommand(Streams streams) {
        this.streams = streams;
    }

    @Override
    public Integer call() {
        streams.out().line(json ? object().toString() : text());
        return Main.DONE;
    }

    /** One line for people. */
    static String text() {
        return "wok " + version() + " (Java " + java() + ", " + system() + ")";
    }

    /** The version that the build gave this module; "development" when it runs from class files. */
    static String version() {
        return VersionCommand.class.getModule().getDescriptor() == null
                ? "development"
                : VersionCommand.class.getModule().getDescriptor().rawVersion().orElse("development");
    }

    private static Json.Obj object() {
        return Json.object("version", Json.of(version()), "java", Json.of(java()), "system", Json.of(system()));
    }

    private static String java() {
        return Runtime.version().toString();
    }

    private static String system() {
        return System.getProperty("os.name") + " " + System.getProperty("os.arch");
    }
}
