package wok.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import wok.formats.Json;

/** The commands inside a chat, {@code /help} and the like. One thread. */
final class ChatWords {
    /** For completion. */
    static final List<String> COMMANDS = List.of(
            "/help", "/clear", "/system", "/set", "/retry", "/undo", "/save", "/load", "/tokens", "/stats", "/think",
            "/exit");

    private static final String HELP = """
            /system TEXT     what the model is told before everything else (no TEXT: take it away)
            /set NAME VALUE  temperature, top-k, top-p, min-p, seed, max-tokens, … (alone: show them)
            /think on|off    whether a model that can think first does so
            /retry           another answer to the last message
            /undo            take back the last message and its answer
            /clear           forget the conversation
            /save FILE       write the conversation as JSON; /load FILE reads it
            /tokens          how much of the context is used
            /stats           a line with times and rates after each answer, on or off
            /exit            leave; Ctrl-D does too
            /help            this list
            A message of several lines: between \""" and \""", or Alt-Enter, or \\ at a line's end.
            Ctrl-C stops an answer.
            """;

    /** What the chat does next. */
    enum Next {
        READ,
        ANSWER,
        LEAVE
    }

    private final Streams streams;
    private final LoadedModel model;
    private final Conversation conversation;
    private final ChatSettings settings;

    ChatWords(Streams streams, LoadedModel model, Conversation conversation, ChatSettings settings) {
        this.streams = streams;
        this.model = model;
        this.conversation = conversation;
        this.settings = settings;
    }

    /**
     * Does what a line that begins with a slash says.
     *
     * @throws CliException and the floors' exceptions; the chat goes on after them
     */
    Next obey(String line) {
        String[] parts = line.strip().split("\\s+", 2);
        String rest = parts.length > 1 ? parts[1].strip() : "";
        switch (parts[0]) {
            case "/help", "/?" -> say(HELP.stripTrailing());
            case "/exit", "/quit", "/bye" -> {
                return Next.LEAVE;
            }
            case "/retry" -> {
                return retry();
            }
            case "/clear" -> {
                conversation.clear();
                say("forgotten");
            }
            case "/system" -> {
                conversation.system(rest);
                say(rest.isEmpty() ? "no system message" : "the model is told so from now on");
            }
            case "/undo" -> say(conversation.forgetTurn() ? "taken back" : "nothing to take back");
            case "/set" -> set(rest);
            case "/think" -> think(rest);
            case "/save" -> save(rest);
            case "/load" -> load(rest);
            case "/tokens" -> say(tokens());
            case "/stats" -> say("statistics " + (settings.toggleStatistics() ? "on" : "off"));
            default -> throw CliException.usage(parts[0] + ": no such command (expected: one of /help)");
        }
        return Next.READ;
    }

    private Next retry() {
        if (!conversation.forgetAnswer()) {
            say("nothing to answer again");
            return Next.READ;
        }
        settings.nextSeed();
        return Next.ANSWER;
    }

    private void set(String rest) {
        String[] parts = rest.split("\\s+", 2);
        if (parts.length == 2) {
            settings.set(parts[0], parts[1]);
        } else if (!rest.isEmpty()) {
            throw CliException.usage("/set " + rest + ": no value (expected: /set NAME VALUE)");
        }
        say(settings.words());
    }

    private void think(String rest) {
        settings.think(Words.onOff("/think", rest));
        say("thinking " + (settings.think().orElse(true) ? "on" : "off"));
    }

    private void save(String file) {
        Path path = path("/save", file);
        String document = Json.object("messages", conversation.messages()).toString();
        try {
            Files.writeString(path, document + "\n", StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        say("saved to " + path);
    }

    private void load(String file) {
        Path path = path("/load", file);
        conversation.load(file, Json.parseObject(file, Words.bytes(path.toString(), streams)));
        say("loaded " + conversation.turns() + " messages and their answers");
    }

    private static Path path(String command, String file) {
        if (file.isEmpty() || file.equals("-")) {
            throw CliException.usage(command + ": no file (expected: " + command + " FILE)");
        }
        return Path.of(file);
    }

    private String tokens() {
        int used = conversation.turns() == 0
                ? 0
                : model.prompt(conversation, settings.think()).tokens().length;
        return used + " of " + model.wok().contextLength() + " tokens";
    }

    private void say(String text) {
        streams.err().line(streams.errorPaint().dim(TerminalText.harmless(text)));
    }
}
