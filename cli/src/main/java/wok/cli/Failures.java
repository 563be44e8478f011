package wok.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import picocli.CommandLine;

/** From an exception to one line on standard error and an exit code. Any thread. */
final class Failures {
    private Failures() {}

    /** Words that the parser refused: what is wrong, and the right usage, on one line. */
    static int ofWords(CommandLine.ParameterException e, Streams streams) {
        CommandLine command = e.getCommandLine();
        String suggestion = "";
        if (e instanceof CommandLine.UnmatchedArgumentException unmatched) {
            suggestion = unmatched.getSuggestions().stream()
                    .findFirst()
                    .map(word -> "; did you mean " + word + "?")
                    .orElse("");
        }
        report(streams, decapitalised(String.valueOf(e.getMessage())) + suggestion + usage(command));
        return Main.WRONG_USAGE;
    }

    /** Work that failed. */
    static int ofWork(Exception e, CommandLine command, Streams streams) {
        if (e instanceof Output.ReaderGone) {
            return Main.DONE;
        }
        if (debugging(command.getParseResult())) {
            StringWriter trace = new StringWriter();
            e.printStackTrace(new PrintWriter(trace, true));
            streams.err().print(trace.toString());
        }
        if (e instanceof CliException failure && failure.exitCode() == Main.WRONG_USAGE) {
            report(streams, failure.getMessage() + usage(command));
            return Main.WRONG_USAGE;
        }
        report(streams, line(e));
        return Main.FAILED;
    }

    /** What a person should read about this exception, on one line. */
    static String line(Throwable e) {
        String message = e.getMessage() == null ? "" : e.getMessage();
        return switch (e) {
            case CliException known -> message;
            case UncheckedIOException unchecked when unchecked.getCause() != null -> line(unchecked.getCause());
            case NoSuchFileException missing -> missing.getFile() + ": no such file";
            case AccessDeniedException denied -> denied.getFile() + ": may not be read or written";
            case FileSystemException other when other.getReason() != null -> other.getFile() + ": " + other.getReason();
            case IOException io -> message.isEmpty() ? io.getClass().getSimpleName() : message;
            case OutOfMemoryError full -> "out of memory: " + message + " (WOK_JAVA_OPTS=-Xmx… raises the limit)";
            default -> ofFloors(e) && !message.isEmpty() ? message : internal(e);
        };
    }

    /** The floors' own exceptions, and a caller's error, say all that a person needs. */
    private static boolean ofFloors(Throwable e) {
        return e instanceof IllegalArgumentException
                || (e.getClass().getPackageName().startsWith("wok.") && e instanceof RuntimeException);
    }

    private static String internal(Throwable e) {
        String message = e.getMessage() == null ? "" : ": " + e.getMessage();
        return "a mistake in Wok: " + e.getClass().getSimpleName() + message + " (--debug shows where)";
    }

    static void report(Streams streams, String message) {
        streams.err().line(streams.errorPaint().red("wok:") + " " + TerminalText.oneLine(message));
    }

    private static String usage(CommandLine command) {
        String synopsis = command.getHelp().synopsis(0).strip().replaceAll("\\s+", " ");
        String help =
                command.getCommandName().equals("wok") ? "wok --help" : "wok " + command.getCommandName() + " --help";
        return " (usage: " + synopsis + "; " + help + " says more)";
    }

    private static boolean debugging(CommandLine.ParseResult result) {
        for (CommandLine.ParseResult at = result; at != null; at = at.subcommand()) {
            if (at.hasMatchedOption("--debug")) {
                return true;
            }
        }
        return false;
    }

    private static String decapitalised(String message) {
        return message.isEmpty() ? message : Character.toLowerCase(message.charAt(0)) + message.substring(1);
    }
}
