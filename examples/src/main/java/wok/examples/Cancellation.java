package wok.examples;

import wok.api.Answer;
import wok.api.Wok;

/** Stops an answer when enough of it has come; any thread may do so. */
public final class Cancellation {
    private static final int CHARACTERS_ENOUGH = 80;

    private Cancellation() {}

    public static void main(String[] arguments) {
        String model = arguments.length > 0 ? arguments[0] : "smollm2:135m";
        try (Wok wok = Wok.open(model)) {
            Answer answer = wok.chat().send("Tell me a very long story about a lighthouse.");
            StringBuilder shown = new StringBuilder();
            answer.forEachText(text -> {
                shown.append(text);
                if (shown.length() >= CHARACTERS_ENOUGH) {
                    answer.cancel();
                }
            });
            System.out.println(shown);
            System.out.println("ended: " + answer.finishReason() + " after "
                    + answer.usage().completionTokens() + " tokens");
        }
    }
}
