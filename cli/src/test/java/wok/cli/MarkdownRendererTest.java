package wok.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
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
        MarkdownRenderer renderer = new MarkdownRenderer(new Output(bytes), Paint.of(colours), 80);
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
        MarkdownRenderer renderer = new MarkdownRenderer(new Output(bytes), Paint.of(false), 80);
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

    private static final String[] PARTS = {
        "# ",
        "- ",
        "1. ",
        "> ",
        "**",
        "*",
        "_",
        "`",
        "``",
        "```",
        "[",
        "](",
        "]",
        ")",
        "|",
        "\n",
        "\n\n",
        "\r\n",
        " ",
        "  ",
        "\\",
        "&amp;",
        "<b>",
        "<",
        "~~~",
        "---",
        "| a | b |\n|---|---|\n",
        "|\n",
        "\"",
        ".",
        "(",
        "é",
        "🙂",
        "日本",
        "\u001b["
    };

    /** Markdown at random; each word stands in it once. */
    private static String page(Random random) {
        StringBuilder page = new StringBuilder();
        for (int i = 0; i < 25; i++) {
            page.append(random.nextInt(5) < 2 ? "w" + i + "x" : PARTS[random.nextInt(PARTS.length)]);
            page.append(random.nextInt(3) == 0 ? " " : "");
        }
        return page.toString();
    }

    private static String[] cut(String text, Random random) {
        List<String> pieces = new ArrayList<>();
        for (int start = 0; start < text.length(); ) {
            int end = Math.min(text.length(), start + 1 + random.nextInt(9));
            end = Character.isLowSurrogate(text.charAt(end - 1)) || !Character.isHighSurrogate(text.charAt(end - 1))
                    ? end
                    : end + 1;
            pieces.add(text.substring(start, end));
            start = end;
        }
        return pieces.toArray(String[]::new);
    }

    @Test
    void showsTheSameTextHoweverRandomPagesAreCut() {
        for (int seed = 0; seed < 3000; seed++) {
            Random random = new Random(seed);
            String page = page(random);
            assertThat(rendered(false, cut(page, random)))
                    .as("seed %d: %s", seed, page)
                    .isEqualTo(rendered(false, page));
        }
    }

    @Test
    void neverLosesOrRepeatsAWord() {
        Pattern words = Pattern.compile("w\\d+x");
        for (int seed = 0; seed < 3000; seed++) {
            Random random = new Random(seed);
            String page = page(random);
            List<String> written =
                    words.matcher(page).results().map(MatchResult::group).toList();
            List<String> shown = words.matcher(rendered(false, cut(page, random)))
                    .results()
                    .map(MatchResult::group)
                    .toList();
            assertThat(shown).as("seed %d: %s", seed, page).isEqualTo(written);
        }
    }

    @Test
    void drawsTablesThatAreTooWideAsLines() {
        String wide = "| name | what it is |\n|---|---|\n| a | " + "word ".repeat(20) + "|\n| b | c |\n";
        assertThat(rendered(false, wide))
                .isEqualTo(" name: a\n what it is: " + "word ".repeat(20).strip() + "\n\n name: b\n what it is: c\n");
    }

    @Test
    void printsTablesAsTheyAreWhenARowHasTooManyCells() {
        String wrong = "| a | b |\n|---|---|\n| 1 | 2 | 3 |\n";
        assertThat(rendered(false, wrong)).isEqualTo(wrong);
    }
}
