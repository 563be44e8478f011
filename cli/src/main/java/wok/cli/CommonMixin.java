package wok.cli;

import picocli.CommandLine.Option;

/** What every verb takes: {@link Main} adds it to each. One thread. */
final class CommonMixin {
    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Print this help.")
    private boolean help;

    @Option(names = "--debug", description = "Show where a failure comes from (stack traces).")
    private boolean debug;

    boolean debug() {
        return debug;
    }

    boolean help() {
        return help;
    }
}
