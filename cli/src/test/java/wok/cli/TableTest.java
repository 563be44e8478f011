package wok.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.InputStream;
import java.io.OutputStream;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TableTest {

    private static String text(int columns) {
        Output nowhere = new Output(OutputStream.nullOutputStream());
        Streams streams = new Streams(
                InputStream.nullInputStream(),
                nowhere,
                nowhere,
                false,
                columns > 0,
                columns > 0,
                columns,
                Map.of("NO_COLOR", "1"));
        Table table = new Table("NAME", ">SIZE", "WHAT IT IS");
        table.row("日本", "1", "a model that says many things in few words");
        table.row("tiny\u001b[2J", "12 GB", "x".repeat(30));
        return table.text(streams);
    }

    @Test
    void linesUpColumnsAndShowsControlCharacters() {
        assertThat(text(0)).isEqualTo("""
                NAME       SIZE  WHAT IT IS
                日本          1  a model that says many things in few words
                tiny␛[2J  12 GB  %s
                """.formatted("x".repeat(30)));
    }

    @Test
    void goesOnBelowTheLastColumnWhereTheScreenEnds() {
        assertThat(text(36)).isEqualTo("""
                NAME       SIZE  WHAT IT IS
                日本          1  a model that says
                                 many things in few
                                 words
                tiny␛[2J  12 GB  xxxxxxxxxxxxxxxxxxx
                                 xxxxxxxxxxx
                """);
    }

    @Test
    void leavesBreakingToTerminalsThatAreVeryNarrow() {
        assertThat(text(20)).isEqualTo(text(0));
    }
}
