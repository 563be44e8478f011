package wok.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;

class MarkdownRendererTest {
    private static final String PAGE = """
            # Title with *stress*

            A line with **bold words**, `code()` and 2 * 3 = 6, snake_case too.
            - one
              1. nested **item**
            > said

            ```java
            int x = a ** b; // **not bold**
            ```
            | a | number |
            |---|-------:|
            | x | 1 |
            | `y` | 22 |

            [link](http://example.org) and the **end
            """;

    private static String rendered(boolean colours, String... pieces) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        MarkdownRenderer renderer = new MarkdownRenderer(new Output(bytes), Paint.of(colours));
        for (String piece : pieces) {
            renderer.accept(piece);
        }
        renderer.finish();
        return bytes.toString(StandardCharsets.UTF_8);
    }

    @Test
    void drawsBlocks() {
        assertThat(rendered(false, PAGE)).isEqualTo("""
                        Title with stress

                        A line with bold words, code() and 2 * 3 = 6, snake_case too.
                        • one
                          1. nested item
                        │ said

                          java
                          int x = a ** b; // **not bold**
                         a │ number
                        ───┼────────
                         x │      1
                         y │     22

                        link (http://example.org) and the **end
                        """);
    }

    @Test
    void paintsHeadingsBoldAndCode() {
        assertThat(rendered(true, "## Head\n")).isEqualTo("\u001b[1mHead\u001b[22m\n");
        assertThat(rendered(true, "a `b`\n")).isEqualTo("a \u001b[36mb\u001b[39m\n");
        assertThat(rendered(true, "```\nx\n```\n")).isEqualTo("  \u001b[36mx\u001b[39m\n");
    }

    @Test
    void drawsTheSameHoweverTheTextIsCut() {
        String whole = rendered(false, PAGE);
        Random random = new Random(7);
        for (int round = 0; round < 200; round++) {
            int first = random.nextInt(PAGE.length());
            int second = first + random.nextInt(PAGE.length() - first);
            assertThat(rendered(false, PAGE.substring(0, first), PAGE.substring(first, second), PAGE.substring(second)))
                    .isEqualTo(whole);
        }
        assertThat(rendered(false, PAGE.split(""))).isEqualTo(whole);
    }

    @Test
    void printsWordsBeforeTheLineIsComplete() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        MarkdownRenderer renderer = new MarkdownRenderer(new Output(bytes), Paint.of(false));
        renderer.accept("The sky is **bl");
        assertThat(bytes.toString(StandardCharsets.UTF_8)).isEqualTo("The sky is ");
        renderer.accept("ue** and ");
        assertThat(bytes.toString(StandardCharsets.UTF_8)).isEqualTo("The sky is blue and ");
    }

    @Test
    void neutralisesEscapeSequencesAlsoWhenTheyAreSpelledAsCharacterReferences() {
        assertThat(rendered(true, "a\u001b[2Jb &#27;[2J &#x9b;1m\n```\n\u001b[1m\n```\n"))
                .doesNotContain("\u001b[2J")
                .doesNotContain("\u001b[1m")
                .doesNotContain("\u009b")
                .contains("␛[2J");
    }

    @Test
    void showsALinkDefinitionInsteadOfSwallowingIt() {
        assertThat(rendered(false, "[note]: see below\n")).isEqualTo("[note]: see below\n");
    }

    @Test
    void printsLinesWithBarsThatAreNoTable() {
        assertThat(rendered(false, "| just a bar\nnext\n")).isEqualTo("| just a bar\nnext\n");
    }

    @Test
    void endsTheLastLine() {
        assertThat(rendered(false, "no line end")).isEqualTo("no line end\n");
        assertThat(rendered(false, "")).isEmpty();
    }
}
