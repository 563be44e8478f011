package wok.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** What the documentation tells people to type is what the program takes. */
class DocumentationTest {
    private static final Path ROOT = Path.of("..");
    private static final Pattern SAMPLE = Pattern.compile("(?:^|\\| )(?:\\$ )?(?:\\./)?wok ([a-z]+ .*|[a-z]+)$");
    private static final Pattern WORD = Pattern.compile("\"([^\"]*)\"|'([^']*)'|(\\S+)");

    private static CommandLine commandLine() {
        Output nowhere = new Output(OutputStream.nullOutputStream());
        return Main.commandLine(new Streams(
                InputStream.nullInputStream(), nowhere, nowhere, false, false, false, 0, Map.of("NO_COLOR", "1")));
    }

    /** The words behind {@code wok} of every sample line in code blocks. */
    private static List<String> samples(Path file) throws IOException {
        List<String> samples = new ArrayList<>();
        boolean code = false;
        for (String line : Files.readAllLines(file)) {
            code ^= line.startsWith("```");
            Matcher sample = SAMPLE.matcher(line.replaceFirst("\\s+#.*", ""));
            if (code && sample.find()) {
                samples.add(sample.group(1));
            }
        }
        return samples;
    }

    private static String[] words(String sample) {
        return WORD.matcher(sample)
                .results()
                .map(word -> Stream.of(word.group(1), word.group(2), word.group(3))
                        .filter(group -> group != null)
                        .findFirst()
                        .orElse(""))
                .toArray(String[]::new);
    }

    @Test
    void everySampleOfTheCommandLinesPageParses() throws IOException {
        List<String> samples = samples(ROOT.resolve("docs").resolve("cli.md"));
        assertThat(samples).hasSizeGreaterThan(15);
        for (String sample : samples) {
            assertThatCode(() -> commandLine().parseArgs(words(sample)))
                    .as(sample)
                    .doesNotThrowAnyException();
        }
    }

    @Test
    void everySampleOfTheReadmeParses() throws IOException {
        List<String> samples = samples(ROOT.resolve("README.md"));
        assertThat(samples).hasSizeGreaterThan(5);
        for (String sample : samples) {
            assertThatCode(() -> commandLine().parseArgs(words(sample)))
                    .as(sample)
                    .doesNotThrowAnyException();
        }
    }

    @Test
    void everyExampleOfTheHelpTextsParses() {
        commandLine().getSubcommands().forEach((name, verb) -> {
            for (String line : verb.getCommandSpec().usageMessage().footer()) {
                Matcher sample = SAMPLE.matcher(line.strip().replaceFirst("\\s{2,}.*", ""));
                if (sample.find()) {
                    assertThatCode(() -> commandLine().parseArgs(words(sample.group(1))))
                            .as(line)
                            .doesNotThrowAnyException();
                }
            }
        });
    }

    @Test
    void everyVerbHasAHeadingOrALineInThePage() throws IOException {
        String page = Files.readString(ROOT.resolve("docs").resolve("cli.md"));
        for (CommandLine verb : commandLine().getSubcommands().values()) {
            assertThat(page).containsPattern("\\b" + verb.getCommandName() + "\\b");
        }
    }

    @Test
    void everyCommandOfTheChatIsInThePage() throws IOException {
        assertThat(Files.readString(ROOT.resolve("docs").resolve("cli.md"))).contains(ChatWords.COMMANDS);
    }

    /** The samples whose models can be replaced by a tiny one do run. */
    @Test
    void samplesRunOnATinyModel(@TempDir Path folder) throws IOException {
        Path model = ModelFiles.gguf(folder);
        Path texts = Files.writeString(folder.resolve("texts.json"), "[\"a\",\"b c\"]");
        Path book = Files.writeString(folder.resolve("book.txt"), "once upon a time ".repeat(60));
        Path talk = Files.writeString(
                folder.resolve("talk.json"),
                "{\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}],\"add_generation_prompt\":true}");
        Path template = Files.writeString(folder.resolve("chat.jinja"), "{{ messages[0].content }}");
        List<String> run = new ArrayList<>();
        for (String sample : samples(ROOT.resolve("docs").resolve("cli.md"))) {
            if (sample.matches("(show|tokenize|template|logits|run|perplexity|version).*")) {
                String[] words = words(sample);
                for (int i = 1; i < words.length; i++) {
                    words[i] =
                            words[i].matches("MODEL|model\\.gguf|(smollm2|qwen3):\\S+") ? model.toString() : words[i];
                    words[i] = words[i].replace("texts.json", texts.toString()).replace("19556,905", "300,301");
                    words[i] = words[i].replace("talk.json", talk.toString());
                    words[i] = words[i].replace("book.txt", book.toString());
                    words[i] = words[i].replace("chat.jinja", template.toString());
                }
                boolean piped = words[words.length - 1].equals("-");
                CommandRun done = CommandRun.with(piped ? Files.readString(talk) : "", (Object[]) words);
                assertThat(done.code()).as("%s: %s", sample, done.err()).isZero();
                run.add(sample);
            }
        }
        assertThat(run).hasSizeGreaterThan(9);
    }
}
