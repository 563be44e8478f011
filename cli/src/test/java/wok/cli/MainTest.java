package wok.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class MainTest {
    private static final List<String> VERBS = List.of(
            "chat",
            "run",
            "pull",
            "list",
            "show",
            "rm",
            "cp",
            "tokenize",
            "template",
            "logits",
            "perplexity",
            "bench",
            "synth",
            "doctor",
            "version");

    @Test
    void printsHelpWithoutArguments() {
        CommandRun run = CommandRun.of();
        assertThat(run.code()).isZero();
        assertThat(run.out()).contains(VERBS);
        assertThat(run.out()).doesNotContain("serve");
        assertThat(run.err()).isEmpty();
    }

    @Test
    void explainsEveryVerbWithAnExample() {
        for (String verb : VERBS) {
            CommandRun run = CommandRun.of(verb, "--help");
            assertThat(run.code()).isZero();
            assertThat(run.out())
                    .contains("Usage: wok " + verb)
                    .contains("Example")
                    .contains("  wok " + verb);
        }
    }

    @Test
    void printsTheVersion() {
        assertThat(CommandRun.of("version").out()).startsWith("wok ").hasLineCount(1);
        assertThat(CommandRun.of("--version")).isEqualTo(CommandRun.of("version"));
        assertThat(CommandRun.of("version", "--json").object().text("java")).isPresent();
    }

    @Test
    void saysTheRightUsageOnOneLine() {
        CommandRun run = CommandRun.of("cp", "a");
        assertThat(run.code()).isEqualTo(2);
        assertThat(run.out()).isEmpty();
        assertThat(run.err()).hasLineCount(1).contains("TO").contains("usage: wok cp");
    }

    @Test
    void rejectsUnknownVerbsAndOptions() {
        for (CommandRun run : List.of(
                CommandRun.of("frobnicate"),
                CommandRun.of("list", "--frobnicate"),
                CommandRun.of("run", "m", "--temperature", "hot"),
                CommandRun.of("run", "m", "p", "--kernels", "magic"),
                CommandRun.of("run", "m", "p", "--context", "many"),
                CommandRun.of("run", "m", "p", "--kv", "f8"),
                CommandRun.of("run", "m", "p", "--threads", "0"),
                CommandRun.of("run", "m", "p", "--think", "perhaps"),
                CommandRun.of("run", "m"),
                CommandRun.of("run", "m", "p", "--raw", "--system", "s"),
                CommandRun.of("logits", "m"),
                CommandRun.of("logits", "m", "--tokens", "1,x"),
                CommandRun.of("logits", "m", "--tokens", "1", "--greedy", "-1"),
                CommandRun.of("tokenize", "m", "text", "--decode", "1"),
                CommandRun.of("template", "--messages", "-"),
                CommandRun.of("bench", "m", "-r", "0"),
                CommandRun.of("perplexity", "m", "f", "--context", "8", "--stride", "8"))) {
            assertThat(run.code()).as(run.err()).isEqualTo(2);
            assertThat(run.out()).isEmpty();
            assertThat(run.err()).hasLineCount(1).startsWith("wok: ").contains("usage: wok");
        }
    }

    private static Streams failing(String reason, Output err) {
        return new Streams(
                java.io.InputStream.nullInputStream(),
                new Output(new java.io.OutputStream() {
                    @Override
                    public void write(int b) throws java.io.IOException {
                        throw new java.io.IOException(reason);
                    }
                }),
                err,
                false,
                false,
                false,
                0,
                java.util.Map.of());
    }

    @Test
    void endsQuietlyWhenNobodyReads() {
        Streams streams = failing("Broken pipe", new Output(java.io.OutputStream.nullOutputStream()));
        assertThat(Main.run(new String[] {"version"}, streams)).isZero();
        assertThat(Main.run(new String[] {"--help"}, streams)).isZero();
    }

    @Test
    void saysOnOneLineThatTheDiskIsFull() {
        for (String[] words : List.of(new String[] {"version"}, new String[] {"--help"}, new String[] {})) {
            java.io.ByteArrayOutputStream err = new java.io.ByteArrayOutputStream();
            Streams streams = failing("No space left on device", new Output(err));
            assertThat(Main.run(words, streams)).isEqualTo(1);
            assertThat(err.toString(java.nio.charset.StandardCharsets.UTF_8))
                    .isEqualTo("wok: output: can't be written: No space left on device\n");
        }
    }

    @Test
    void rejectsWhatIsNotInThisVersion() {
        CommandRun schema = CommandRun.of("run", "m", "p", "--json-schema", "s.json");
        assertThat(schema.code()).isEqualTo(2);
        assertThat(schema.err()).hasLineCount(1).contains("--json-schema");
    }
}
