package wok.tokenizer;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import wok.formats.Json;

/**
 * Prints how long a conversation of 40 messages takes to render with each of the committed templates. A program to run
 * by hand; docs/templates.md has its numbers.
 */
final class TemplateTimings {
    private static final int MESSAGES = 40;
    private static final int WARM_UP = 1000;
    private static final int ROUNDS = 200;

    private TemplateTimings() {}

    public static void main(String[] arguments) throws IOException {
        Json.Obj conversation = conversation();
        try (InputStream in =
                Objects.requireNonNull(TemplateTimings.class.getResourceAsStream("chat-templates.json"))) {
            Json.Obj templates = Json.parseObject("chat-templates.json", in.readAllBytes())
                    .object("templates")
                    .orElseThrow();
            for (Map.Entry<String, Json> entry : templates.members().entrySet()) {
                String source = templates.text(entry.getKey()).orElseThrow();
                time(ChatTemplate.parse(entry.getKey(), source), entry.getKey(), conversation);
            }
        }
    }

    private static Json.Obj conversation() {
        List<Json> messages = new ArrayList<>();
        for (int i = 0; i < MESSAGES; i++) {
            String content = ("Message " + i + ". ").repeat(25) + "\nSecond line.";
            messages.add(Json.object("role", Json.of(i % 2 == 0 ? "user" : "assistant"), "content", Json.of(content)));
        }
        return Json.object("messages", Json.array(messages), "add_generation_prompt", Json.of(true))
                .with("bos_token", Json.of("<s>"))
                .with("eos_token", Json.of("</s>"))
                .with("tools", Json.NULL);
    }

    private static void time(ChatTemplate template, String name, Json.Obj conversation) {
        long[] nanos = new long[WARM_UP + ROUNDS];
        for (int i = 0; i < nanos.length; i++) {
            long start = System.nanoTime();
            template.renderTagged(conversation);
            nanos[i] = System.nanoTime() - start;
        }
        long first = nanos[0];
        long[] warm = Arrays.copyOfRange(nanos, WARM_UP, nanos.length);
        Arrays.sort(warm);
        System.out.println(String.format(
                Locale.ROOT,
                "%s: first %.1f ms, then %.3f ms (10 %%: %.3f, 90 %%: %.3f)",
                name,
                first / 1e6,
                warm[ROUNDS / 2] / 1e6,
                warm[ROUNDS / 10] / 1e6,
                warm[ROUNDS * 9 / 10] / 1e6));
    }
}
