package wok.examples;

import wok.api.AnswerOptions;
import wok.api.Wok;
import wok.engine.SamplingOptions;

/** Continues a text as it stands, without a chat around it: what a base model is for. */
public final class Completion {
    private Completion() {}

    public static void main(String[] arguments) {
        String model = arguments.length > 0 ? arguments[0] : "smollm2:135m";
        String text = arguments.length > 1 ? arguments[1] : "The three primary colours are";
        try (Wok wok = Wok.open(model)) {
            SamplingOptions sampling =
                    SamplingOptions.builder().temperature(0.8f).topK(40).build();
            AnswerOptions options = AnswerOptions.DEFAULTS
                    .withSampling(sampling)
                    .withSeed(42)
                    .withTokensMax(40)
                    .withStop("\n\n");
            System.out.println(text + wok.complete(text, options).text());
        }
    }
}
