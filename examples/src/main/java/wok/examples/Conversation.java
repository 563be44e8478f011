package wok.examples;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import wok.api.Answer;
import wok.api.Chat;
import wok.api.Wok;
import wok.api.WokException;

/** Answers each line of the standard input, and remembers what was said. */
public final class Conversation {
    private Conversation() {}

    public static void main(String[] arguments) throws IOException {
        String model = arguments.length > 0 ? arguments[0] : "smollm2:135m";
        BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        try (Wok wok = Wok.open(model)) {
            Chat chat = wok.chat("You are a helpful assistant. Answer in one or two sentences.");
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                answer(chat, line);
            }
            System.out.println("messages: " + chat.history().size());
        }
    }

    private static void answer(Chat chat, String question) {
        try {
            Answer answer = chat.send(question);
            answer.forEachPiece(piece -> {
                if (!piece.isThought()) {
                    System.out.print(piece.text());
                }
            });
            System.out.printf("%n(%d tokens)%n", answer.usage().completionTokens());
        } catch (WokException e) {
            if (!e.isContextOverflow()) {
                throw e;
            }
            System.out.println("This conversation is full; please begin a new one.");
        }
    }
}
