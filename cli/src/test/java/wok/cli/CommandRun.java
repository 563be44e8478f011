package wok.cli;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import wok.formats.Json;

/**
 * One command run in this process, and what came of it.
 *
 * @param code the exit code
 */
record CommandRun(int code, String out, String err) {

    /** Runs a command with nothing to read, offline, with a store that does not exist. */
    static CommandRun of(Object... words) {
        return with("", words);
    }

    /** Runs a command that reads {@code input}. */
    static CommandRun with(String input, Object... words) {
        return with(input, Path.of("target", "no-such-store"), words);
    }

    /** Runs a command with a store. */
    static CommandRun with(String input, Path home, Object... words) {
        return run(input, false, Map.of("WOK_HOME", home.toString(), "WOK_OFFLINE", "1"), words);
    }

    /** Runs a command whose output is a terminal that takes colours. */
    static CommandRun onTerminal(Object... words) {
        return run("", true, Map.of("TERM", "xterm", "WOK_OFFLINE", "1"), words);
    }

    static CommandRun run(String input, boolean terminal, Map<String, String> environment, Object... words) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        Streams streams = new Streams(
                new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)),
                new Output(out),
                new Output(err),
                false,
                terminal,
                false,
                0,
                new HashMap<>(environment));
        String[] arguments = List.of(words).stream().map(Object::toString).toArray(String[]::new);
        int code = Main.run(arguments, streams);
        return new CommandRun(code, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }

    /** Standard output as one JSON object. */
    Json.Obj object() {
        return Json.parseObject("standard output", out.getBytes(StandardCharsets.UTF_8));
    }
}
