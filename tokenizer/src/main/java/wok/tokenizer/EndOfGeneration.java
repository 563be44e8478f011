package wok.tokenizer;

import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;

/**
 * The tokens that end an answer, by their well-known names: files often name one id as EOS and train on another
 * (end of turn). llama.cpp keeps a list of the same kind. Stateless.
 */
final class EndOfGeneration {
    private static final Set<String> NAMES = Set.of(
            "<|eot_id|>", // Llama 3
            "<|eom_id|>",
            "<|eot|>", // Llama 4
            "<|eom|>",
            "<|im_end|>", // ChatML: Qwen, SmolLM, Hermes
            "<|end|>", // Phi
            "<|return|>", // gpt-oss
            "<|call|>",
            "<|flush|>",
            "<|calls|>",
            "<end_of_turn>", // Gemma
            "<turn|>",
            "<|endoftext|>", // GPT-2 and many others
            "<|end_of_text|>", // Granite, Llama 3
            "<|endofturn|>",
            "<|end_of_turn|>",
            "<|END_OF_TURN_TOKEN|>", // Command R
            "<EOT>",
            "_<EOT>",
            "[EOT]", // Kimi K2
            "[EOS]",
            "<\uff5cend\u2581of\u2581sentence\uff5c>", // DeepSeek
            "<end_of_utterance>",
            "</s>",
            "<eos>",
            "<|eos|>",
            "[e~[", // MiniMax M2
            "<|user|>", // GLM 4 stops where the next turn would begin
            "<|observation|>");

    private EndOfGeneration() {}

    /**
     * The ids of the names that are control tokens here, added to those the files give.
     *
     * @param controlToken the id of a control token by its spelling; absent if there is none
     */
    static Set<Integer> collect(Set<Integer> given, Function<String, java.util.OptionalInt> controlToken) {
        Set<Integer> ids = new TreeSet<>(given);
        boolean isGlm = controlToken.apply("[gMASK]").isPresent();
        for (String name : NAMES) {
            boolean turnOfAnother = name.equals("<|user|>") || name.equals("<|observation|>");
            if (!turnOfAnother || isGlm) {
                controlToken.apply(name).ifPresent(ids::add);
            }
        }
        // gpt-oss ends every message with <|end|> and the answer with <|return|> or <|call|>
        if (controlToken.apply("<|return|>").isPresent()
                && controlToken.apply("<|call|>").isPresent()) {
            controlToken.apply("<|end|>").ifPresent(ids::remove);
        }
        return ids;
    }
}
