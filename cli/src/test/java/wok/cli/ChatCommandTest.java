package wok.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ChatCommandTest {
    @TempDir
    static Path folder;

    private static Path model = Path.of("");

    @BeforeAll
    static void writeModel() {
        model = ModelFiles.gguf(folder);
    }

    private static CommandRun chat(String input, Object... options) {
        Object[] words = new Object[options.length + 6];
        System.arraycopy(new Object[] {"chat", model, "-n", "6", "--seed", "5"}, 0, words, 0, 6);
        System.arraycopy(options, 0, words, 6, options.length);
        return CommandRun.with(input, words);
    }

    @Test
    void answersEveryLineOfAPipe() {
        CommandRun run = chat("Hi\n\nAnd you?\n", "--stats");
        assertThat(run.code()).isZero();
        assertThat(run.err().lines().filter(line -> line.contains("first token")))
                .hasSize(2);
        assertThat(run.out()).isNotEmpty();
    }

    @Test
    void remembersWhatWasSaid() {
        CommandRun run = chat("Hi\n/tokens\nAgain\n/tokens\n/clear\n/tokens\n");
        String[] counts =
                run.err().lines().filter(line -> line.endsWith(" tokens")).toArray(String[]::new);
        assertThat(counts).hasSize(3);
        assertThat(number(counts[1])).isGreaterThan(number(counts[0]));
        assertThat(number(counts[2])).isZero();
    }

    private static int number(String line) {
        return Integer.parseInt(line.substring(0, line.indexOf(' ')));
    }

    @Test
    void takesMessagesOfSeveralLines() throws IOException {
        Path file = folder.resolve("lines.json");
        chat("\"\"\"\none\ntwo\n\"\"\"\n/save " + file + "\n");
        assertThat(Files.readString(file)).contains("\"content\":\"one\\ntwo\"");
    }

    @Test
    void savesAndLoads() throws IOException {
        Path file = folder.resolve("talk.json");
        CommandRun saved = chat("/system Be brief.\nHi\n/save " + file + "\n/exit\nnever answered\n");
        assertThat(saved.code()).isZero();
        assertThat(Files.readString(file))
                .startsWith("{\"messages\":[{\"role\":\"system\",\"content\":\"Be brief.\"},");
        CommandRun loaded = chat("/load " + file + "\n/undo\n/undo\n");
        assertThat(loaded.err())
                .contains("loaded 1 messages")
                .contains("taken back")
                .contains("nothing to take back");
    }

    @Test
    void answersAgainWithAnotherSeed() {
        CommandRun run = chat("/retry\nHi\n/retry\n/set\n");
        assertThat(run.code()).isZero();
        assertThat(run.err()).contains("nothing to answer again").contains("seed 8");
    }

    @Test
    void changesSettings() {
        CommandRun run = chat("/set temperature 0.2\n/set max-tokens 3\n/think off\n/stats\n/stats\n");
        assertThat(run.err())
                .contains("temperature 0.2")
                .contains("max-tokens 3")
                .contains("thinking off");
        assertThat(run.code()).isZero();
    }

    @Test
    void goesOnAfterAMistakeAndSaysSoAtTheEnd() {
        CommandRun run = chat("/frobnicate\n/set heat 3\n/set top-p 7\n/load none.json\n/tokens\n");
        assertThat(run.err())
                .contains("wok: /frobnicate: no such command")
                .contains("wok: /set: heat")
                .contains("wok: topP: 7")
                .contains("wok: none.json: no such file")
                .contains("0 of 512 tokens");
        assertThat(run.code()).isEqualTo(1);
    }

    @Test
    void listsItsCommands() {
        CommandRun run = chat("/help\n");
        assertThat(run.err()).contains(ChatWords.COMMANDS);
    }
}
