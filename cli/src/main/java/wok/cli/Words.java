package wok.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;

/** Values of options that more than one verb reads. Any thread. */
final class Words {
    /** What is read from a file or a pipe at most: far more than any context holds. */
    private static final int BYTES_MAX = 256 << 20;

    private Words() {}

    /**
     * Non-negative integers between commas.
     *
     * @param option the option's name, for messages
     * @throws CliException of wrong usage
     */
    static int[] integers(String option, String text) {
        try {
            return Arrays.stream(text.split(",", -1))
                    .map(String::strip)
                    .mapToInt(Words::nonNegative)
                    .toArray();
        } catch (NumberFormatException e) {
            throw CliException.usage(option + ": " + text + " (expected: numbers from 0 on, between commas)");
        }
    }

    private static int nonNegative(String word) {
        int value = Integer.parseInt(word);
        if (value < 0) {
            throw new NumberFormatException(word);
        }
        return value;
    }

    /**
     * {@code on} or {@code off}.
     *
     * @throws CliException of wrong usage
     */
    static boolean onOff(String option, String word) {
        return switch (word.toLowerCase(Locale.ROOT)) {
            case "on", "true", "yes" -> true;
            case "off", "false", "no" -> false;
            default -> throw CliException.usage(option + ": " + word + " (expected: on or off)");
        };
    }

    /**
     * The bytes of a file; {@code -} means standard input.
     *
     * @throws UncheckedIOException if it can't be read
     * @throws CliException if it is larger than {@value #BYTES_MAX} bytes
     */
    static byte[] bytes(String file, Streams streams) {
        try {
            if (file.equals("-")) {
                return bounded("standard input", streams.in().readNBytes(BYTES_MAX + 1));
            }
            Path path = Path.of(file);
            if (Files.isDirectory(path)) {
                throw CliException.failed(file + ": a folder (expected: a file)");
            }
            try (var in = Files.newInputStream(path)) {
                return bounded(file, in.readNBytes(BYTES_MAX + 1));
            }
        } catch (InvalidPathException e) {
            throw CliException.failed(file + ": not a path (" + e.getReason() + ")");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * As {@link #bytes}, decoded.
     *
     * @throws CliException if it is not UTF-8
     */
    static String text(String file, Streams streams) {
        byte[] bytes = bytes(file, streams);
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(java.nio.ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException e) {
            throw CliException.failed(file + ": not UTF-8 (expected: text in UTF-8)");
        }
    }

    private static byte[] bounded(String name, byte[] bytes) {
        if (bytes.length > BYTES_MAX) {
            throw CliException.failed(name + ": more than " + BYTES_MAX + " bytes (expected: less)");
        }
        return bytes;
    }
}
