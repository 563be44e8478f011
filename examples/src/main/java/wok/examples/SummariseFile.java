package wok.examples;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import wok.api.AnswerOptions;
import wok.api.Wok;

/** Summarises a text file: {@code SummariseFile MODEL FILE}. */
public final class SummariseFile {
    private static final int SUMMARY_TOKENS = 120;
    /** What the instructions and the chat template need. */
    private static final int OTHER_TOKENS = 100;

    private SummariseFile() {}

    public static void main(String[] arguments) throws IOException {
        String model = arguments.length > 0 ? arguments[0] : "smollm2:135m";
        String text = arguments.length > 1
                ? Files.readString(Path.of(arguments[1]))
                : "Wok runs open-weight language models on ordinary CPUs, in Java alone.";
        try (Wok wok = Wok.open(model)) {
            String fitting = shortened(wok, text);
            AnswerOptions options =
                    AnswerOptions.DEFAULTS.withTokensMax(SUMMARY_TOKENS).withThinking(false);
            String question = "Summarise this text in two sentences:\n\n" + fitting;
            wok.chat().send(question, options).forEachText(System.out::print);
            System.out.println();
        }
    }

    /** Cuts a text to what the context takes. */
    private static String shortened(Wok wok, String text) {
        int room = wok.contextLength() - SUMMARY_TOKENS - OTHER_TOKENS;
        String fitting = text;
        while (wok.countTokens(fitting) > room) {
            fitting = fitting.substring(0, fitting.length() * 9 / 10);
        }
        return fitting;
    }
}
