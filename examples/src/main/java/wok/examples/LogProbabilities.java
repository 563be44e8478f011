package wok.examples;

import wok.api.Answer;
import wok.api.AnswerOptions;
import wok.api.TokenScore;
import wok.api.Wok;

/** Shows how sure the model is of each token, and what else it might have said. */
public final class LogProbabilities {
    private LogProbabilities() {}

    public static void main(String[] arguments) {
        String model = arguments.length > 0 ? arguments[0] : "smollm2:135m";
        try (Wok wok = Wok.open(model)) {
            AnswerOptions options =
                    AnswerOptions.DEFAULTS.greedy().withTokensMax(16).withTopLogprobs(3);
            Answer answer = wok.chat().send("Name the capital of France.", options);
            for (TokenScore token : answer.logprobs()) {
                System.out.printf("%5.1f %%  %s", 100 * token.probability(), quoted(token));
                for (TokenScore other : token.alternatives()) {
                    System.out.printf("  | %s %.1f %%", quoted(other), 100 * other.probability());
                }
                System.out.println();
            }
        }
    }

    private static String quoted(TokenScore token) {
        return "\"" + token.text().replace("\n", "\\n") + "\"";
    }
}
