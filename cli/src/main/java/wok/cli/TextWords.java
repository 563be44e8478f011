package wok.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import wok.formats.Json;

/** Texts from the command line, from a file or from a pipe, for the verbs that take many. Any thread. */
final class TextWords {
    private TextWords() {}

    /**
     * The texts that were meant: those of the words, or of the file, or all of standard input as one text.
     *
     * @param file one text a line; a JSON array of texts if its name ends in .json; - is standard input
     * @throws CliException if there are both words and a file, or the file holds something else
     */
    static List<String> of(List<String> words, Optional<String> file, String name, Streams streams) {
        if (!words.isEmpty() && file.isPresent()) {
            throw CliException.usage(name + ", --file: both given (expected: one)");
        }
        if (file.isEmpty()) {
            return words.isEmpty() ? List.of(Words.text("-", streams)) : words;
        }
        return file.get().toLowerCase(Locale.ROOT).endsWith(".json")
                ? ofArray(file.get(), streams)
                : Words.text(file.get(), streams).lines().toList();
    }

    /** The texts of a JSON array. */
    static List<String> ofArray(String file, Streams streams) {
        if (!(Json.parse(file, Words.bytes(file, streams)) instanceof Json.Arr array)) {
            throw CliException.failed(file + ": not an array (expected: a JSON array of texts)");
        }
        List<String> texts = new ArrayList<>();
        for (Json element : array.elements()) {
            if (!(element instanceof Json.Str string)) {
                throw CliException.failed(file + ": " + TerminalText.shortened(element.toString(), 40) + " at index "
                        + texts.size() + " (expected: a JSON array of texts)");
            }
            texts.add(string.value());
        }
        return texts;
    }
}
