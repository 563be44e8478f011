package wok.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import picocli.CommandLine;
import picocli.CommandLine.HelpCommand;
import wok.kernels.KernelSelection;

/**
 * The program's entry: words in, an exit code out.
 *
 * <p>A verb is one {@code …Command} class; picocli fills its fields from the words and calls it. Commands get all they
 * read and write as {@link Streams}, so tests run them in their own process, many at a time. Commands throw; {@link
 * Failures} makes the one line and the exit code of it.
 *
 * <p>Exit codes: 0 done, 1 failed, 2 wrong usage; 130 when Ctrl-C ended the program (the JVM's own).
 */
public final class Main {
    static final int DONE = 0;
    static final int FAILED = 1;
    static final int WRONG_USAGE = 2;

    private static final int HELP_COLUMNS_MAX = 110;
    private static final int HELP_COLUMNS_MIN = 60;

    /** By name, in the order of the help text. */
    private static final Map<String, Verb> VERBS = verbs();

    /** Verbs that open a model. */
    private static final Set<String> COMPUTING = Set.of("chat", "run", "logits", "perplexity", "bench");

    /** A verb that has not been looked at yet. */
    @FunctionalInterface
    private interface Verb {
        Object create(Streams streams);
    }

    private Main() {}

    private static Map<String, Verb> verbs() {
        Map<String, Verb> verbs = new LinkedHashMap<>();
        verbs.put("chat", ChatCommand::new);
        verbs.put("run", RunCommand::new);
        verbs.put("pull", PullCommand::new);
        verbs.put("list", ListCommand::new);
        verbs.put("show", ShowCommand::new);
        verbs.put("rm", RemoveCommand::new);
        verbs.put("cp", CopyCommand::new);
        verbs.put("merge", MergeCommand::new);
        verbs.put("embed", EmbedCommand::new);
        verbs.put("rerank", RerankCommand::new);
        verbs.put("tokenize", TokenizeCommand::new);
        verbs.put("template", TemplateCommand::new);
        verbs.put("logits", LogitsCommand::new);
        verbs.put("perplexity", PerplexityCommand::new);
        verbs.put("convert", ConvertCommand::new);
        verbs.put("quantize", QuantizeCommand::new);
        verbs.put("imatrix", ImatrixCommand::new);
        verbs.put("bench", BenchCommand::new);
        verbs.put("synth", SynthCommand::new);
        verbs.put("doctor", DoctorCommand::new);
        verbs.put("version", VersionCommand::new);
        verbs.put("help", streams -> new HelpCommand());
        return verbs;
    }

    /** Runs one command and ends the process with its exit code. */
    public static void main(String[] arguments) {
        prepare(arguments);
        System.exit(run(arguments, Streams.ofProcess()));
    }

    /** What every model needs is begun before the words are understood: both take a tenth of a second. */
    private static void prepare(String[] arguments) {
        boolean isHelped =
                List.of(arguments).contains("--help") || List.of(arguments).contains("-h");
        boolean isChosen = Arrays.stream(arguments).anyMatch(word -> word.startsWith("--kernels"));
        if (arguments.length > 1 && COMPUTING.contains(arguments[0]) && !isChosen && !isHelped) {
            KernelSelection.prepare();
        }
    }

    /** Runs one command. Any thread, any number at a time. */
    static int run(String[] arguments, Streams streams) {
        try {
            CommandLine line = commandLine(arguments, streams);
            OutputWriter help = new OutputWriter(streams.out());
            line.setOut(new PrintWriter(help, true));
            int code = line.execute(arguments);
            return help.failure.isPresent() ? unsaid(help.failure.get(), streams) : code;
        } catch (Output.ReaderGone e) {
            return DONE;
        } catch (CliException e) {
            return unsaid(e, streams);
        }
    }

    /** Output that can't be written, on the way of a help text or of a failure's line: said where that is possible. */
    private static int unsaid(CliException e, Streams streams) {
        try {
            Failures.report(streams, Failures.line(e));
            return FAILED;
        } catch (Output.ReaderGone | CliException again) {
            return FAILED; // nobody can be told
        }
    }

    /** All verbs, ready to parse. */
    static CommandLine commandLine(Streams streams) {
        return commandLine(streams, VERBS.values());
    }

    /** What these words need: picocli takes some 60 ms to look at all verbs, and most calls name one of them first. */
    private static CommandLine commandLine(String[] arguments, Streams streams) {
        boolean isOne = arguments.length > 0 && VERBS.containsKey(arguments[0]) && !arguments[0].equals("help");
        return isOne ? commandLine(streams, List.of(VERBS.get(arguments[0]))) : commandLine(streams);
    }

    private static CommandLine commandLine(Streams streams, Collection<Verb> verbs) {
        CommandLine line = new CommandLine(new WokCommand(streams));
        verbs.forEach(verb -> line.addSubcommand(verb.create(streams)));
        line.addMixin("common", new CommonMixin());
        new LinkedHashSet<>(line.getSubcommands().values())
                .stream()
                        .filter(verb -> !verb.getCommandName().equals("help"))
                        .forEach(verb -> verb.addMixin("common", new CommonMixin()));
        line.getSubcommands()
                .values()
                .forEach(verb -> verb.getCommandSpec().usageMessage().abbreviateSynopsis(true));
        line.setCaseInsensitiveEnumValuesAllowed(true);
        line.setUsageHelpWidth(Math.clamp(streams.width(), HELP_COLUMNS_MIN, HELP_COLUMNS_MAX));
        line.setUsageHelpLongOptionsMaxWidth(26);
        line.setColorScheme(CommandLine.Help.defaultColorScheme(
                streams.paint().colours() ? CommandLine.Help.Ansi.ON : CommandLine.Help.Ansi.OFF));
        line.setErr(new PrintWriter(new OutputWriter(streams.err()), true));
        line.setParameterExceptionHandler((e, words) -> Failures.ofWords(e, streams));
        line.setExecutionExceptionHandler((e, command, result) -> Failures.ofWork(e, command, streams));
        return line;
    }

    /** Where picocli writes help. One thread. */
    private static final class OutputWriter extends java.io.Writer {
        private final Output out;
        private Optional<CliException> failure = Optional.empty();

        OutputWriter(Output out) {
            this.out = out;
        }

        @Override
        public void write(char[] characters, int from, int count) throws IOException {
            try {
                out.print(new String(characters, from, count));
            } catch (Output.ReaderGone e) {
                throw new IOException(e); // a PrintWriter takes note and goes on
            } catch (CliException e) {
                failure = Optional.of(e);
                throw new IOException(e);
            }
        }

        @Override
        public void flush() {
            // Every write has reached the reader already.
        }

        @Override
        public void close() {
            // The stream belongs to the process.
        }
    }
}
