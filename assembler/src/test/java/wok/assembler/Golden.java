package wok.assembler;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/**
 * What GNU as makes of a line of assembly; {@code GoldenWriter} wrote them.
 *
 * @param text in Intel syntax, statements separated by {@code ;}
 * @param hex its bytes
 */
record Golden(String text, String hex) {
    /** Every golden that is committed. */
    static List<Golden> all() {
        return Stream.of("vectors.txt", "addresses.txt", "general.txt")
                .flatMap(Golden::read)
                .toList();
    }

    private static Stream<Golden> read(String resource) {
        return lines(resource)
                .map(line -> new Golden(
                        line.substring(line.indexOf('|') + 1).strip(),
                        line.substring(0, line.indexOf('|')).strip()));
    }

    /** The lines of a resource beside this class that are not comments. */
    static Stream<String> lines(String resource) {
        try (BufferedReader reader = new BufferedReader(new InputStreamReader(
                Objects.requireNonNull(Golden.class.getResourceAsStream(resource), resource),
                StandardCharsets.UTF_8))) {
            return reader.lines().filter(line -> !line.startsWith("#")).toList().stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    byte[] bytes() {
        return HexFormat.of().parseHex(hex);
    }

    @Override
    public String toString() {
        return text;
    }
}
