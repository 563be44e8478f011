package wok.examples;

import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import wok.api.AnswerOptions;
import wok.api.Wok;

/** One model, many threads: the answers are computed together. */
public final class ManyThreads {
    private static final List<String> COUNTRIES = List.of("France", "Japan", "Kenya", "Peru", "Norway", "India");

    private ManyThreads() {}

    public static void main(String[] arguments) throws InterruptedException, ExecutionException {
        String model = arguments.length > 0 ? arguments[0] : "smollm2:135m";
        AnswerOptions options = AnswerOptions.DEFAULTS.withTokensMax(24);
        try (Wok wok = Wok.open(model);
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<String>> answers = COUNTRIES.stream()
                    .map(country -> threads.submit(() -> wok.chat()
                            .send("What is the capital of " + country + "?", options)
                            .text()))
                    .toList();
            for (int i = 0; i < answers.size(); i++) {
                System.out.println(COUNTRIES.get(i) + ": " + answers.get(i).get());
            }
        }
    }
}
