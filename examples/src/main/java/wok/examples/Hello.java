package wok.examples;

import wok.api.Chat;
import wok.api.Wok;

/** The smallest program: one question, and the answer as it comes. */
public final class Hello {
    private Hello() {}

    public static void main(String[] arguments) {
        String model = arguments.length > 0 ? arguments[0] : "smollm2:135m";
        try (Wok wok = Wok.open(model)) {
            Chat chat = wok.chat();
            chat.send("Why is the sky blue?").forEachText(System.out::print);
        }
        System.out.println();
    }
}
