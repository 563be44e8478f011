package wok.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What the documentation shows is what is compiled and run here. */
final class DocumentedSamplesTest {
    private static final Path ROOT = Path.of("..");
    private static final Pattern SAMPLE = Pattern.compile("```java\\n(.*?)```", Pattern.DOTALL);

    @Test
    void everySampleOfTheJavaGuideIsPartOfAnExample() throws IOException {
        String guide = Files.readString(ROOT.resolve("docs/java-api.md"));
        List<String> samples =
                SAMPLE.matcher(guide).results().map(match -> match.group(1)).toList();
        assertThat(samples).hasSizeGreaterThan(5);
        String sources = sources();
        for (String sample : samples) {
            assertThat(sources).contains(unindented(sample));
        }
    }

    private static String sources() throws IOException {
        try (Stream<Path> files = Files.list(Path.of("src/main/java/wok/examples"))) {
            StringBuilder all = new StringBuilder();
            for (Path file : files.sorted().toList()) {
                all.append(unindented(Files.readString(file)));
            }
            return all.toString();
        }
    }

    /** Lines without their indentation, so that a sample may stand further left than its source. */
    private static String unindented(String source) {
        return source.lines()
                .map(String::strip)
                .filter(line -> !line.isEmpty())
                .collect(Collectors.joining("\n", "", "\n"));
    }
}
