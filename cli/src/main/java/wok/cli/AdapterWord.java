package wok.cli;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;

/**
 * What a person says of an adapter: {@code PATH} or {@code PATH=FACTOR}.
 *
 * @param factor multiplies the adapter's effect
 */
record AdapterWord(Path path, float factor) {

    /**
     * Reads the word.
     *
     * @throws CliException of wrong usage
     */
    static AdapterWord parse(String word) {
        int at = word.lastIndexOf('=');
        try {
            if (at < 0) {
                return new AdapterWord(Path.of(word), 1);
            }
            float factor = Float.parseFloat(word.substring(at + 1));
            if (!Float.isFinite(factor)) {
                throw wrong(word);
            }
            return new AdapterWord(Path.of(word.substring(0, at)), factor);
        } catch (NumberFormatException | InvalidPathException e) {
            throw wrong(word);
        }
    }

    private static CliException wrong(String word) {
        return CliException.usage("--adapter: " + word + " (expected: PATH or PATH=FACTOR, as in lora/=0.5)");
    }
}
