package wok.synth;

import java.util.ArrayList;
import java.util.List;
import wok.formats.GgufValueType;
import wok.formats.GgufWriter;

/**
 * A byte-level BPE vocabulary of any size: the 256 bytes, then pairs of frequent characters, then pairs of those
 * pairs, each with its merge, and four control tokens at the end. Every text can be encoded, to about one token for
 * four letters, and every id decodes. Immutable; any thread.
 *
 * @param tokens spellings by id, in GPT-2's alphabet for bytes
 * @param merges {@code left right}, most important first
 */
record SynthVocabulary(List<String> tokens, List<String> merges) {
    static final List<String> CONTROLS = List.of("<|begin|>", "<|end|>", "<|im_start|>", "<|im_end|>");

    static final int TOKENS_MIN = 256 + CONTROLS.size();

    /** What pairs are made of: the space (as GPT-2 spells it) and letters, frequent ones first. */
    private static final String LETTERS = "\u0120etaoinshrdlucmfwygpbvkxqjzETAOINSHRDLUCMFWYGPBVKXQJZ0123456789.,'-\"";

    private static final String CHAT_TEMPLATE = """
            {%- for message in messages -%}
            {{ '<|im_start|>' + message.role + '\\n' + message.content + '<|im_end|>\\n' }}
            {%- endfor -%}
            {%- if add_generation_prompt -%}{{ '<|im_start|>assistant\\n' }}{%- endif -%}
            """;

    /** The vocabulary of {@code size} tokens, {@link #TOKENS_MIN} or more. */
    static SynthVocabulary of(int size) {
        if (size < TOKENS_MIN) {
            throw new IllegalArgumentException("size: " + size + " (expected: " + TOKENS_MIN + " or more)");
        }
        List<String> tokens = new ArrayList<>(bytes());
        List<String> merges = new ArrayList<>();
        int room = size - TOKENS_MIN;
        List<String> letters = LETTERS.chars().mapToObj(Character::toString).toList();
        List<String> pairs = pair(letters, room, merges);
        tokens.addAll(pairs);
        tokens.addAll(pair(pairs, room - pairs.size(), merges));
        tokens.addAll(CONTROLS);
        if (tokens.size() != size) {
            throw new IllegalArgumentException("size: " + size + " (expected: at most " + tokens.size() + ")");
        }
        return new SynthVocabulary(tokens, merges);
    }

    /** Up to {@code most} pairs, those of parts that stand early first: along the diagonals of the square. */
    private static List<String> pair(List<String> parts, int most, List<String> merges) {
        List<String> pairs = new ArrayList<>();
        for (int sum = 0; sum <= 2 * (parts.size() - 1); sum++) {
            int last = Math.min(sum, parts.size() - 1);
            for (int left = sum - last; left <= last && pairs.size() < most; left++) {
                String first = parts.get(left);
                String second = parts.get(sum - left);
                pairs.add(first + second);
                merges.add(first + " " + second);
            }
        }
        return pairs;
    }

    /** GPT-2's characters for bytes: printable Latin-1 for itself, the others from U+0100 on. */
    private static List<String> bytes() {
        List<String> printable = new ArrayList<>();
        List<String> others = new ArrayList<>();
        for (int b = 0; b < 256; b++) {
            if ((b >= '!' && b <= '~') || (b >= 0xa1 && b != 0xad)) {
                printable.add(Character.toString(b));
            } else {
                others.add(Character.toString(256 + others.size()));
            }
        }
        printable.addAll(others);
        return printable;
    }

    /** Writes it with the keys of llama.cpp's converter. */
    void putInto(GgufWriter writer) {
        int firstControl = tokens.size() - CONTROLS.size();
        List<Integer> types = new ArrayList<>();
        for (int id = 0; id < tokens.size(); id++) {
            types.add(id < firstControl ? 1 : 3); // llama.cpp's token types: 1 normal, 3 control
        }
        writer.text("tokenizer.ggml.model", "gpt2")
                .text("tokenizer.ggml.pre", "gpt-2")
                .texts("tokenizer.ggml.tokens", tokens)
                .array("tokenizer.ggml.token_type", GgufValueType.I32, types)
                .texts("tokenizer.ggml.merges", merges)
                .u32("tokenizer.ggml.bos_token_id", firstControl)
                .u32("tokenizer.ggml.eos_token_id", firstControl + 1)
                .u32("tokenizer.ggml.eot_token_id", firstControl + 3)
                .u32("tokenizer.ggml.padding_token_id", firstControl + 1)
                .bool("tokenizer.ggml.add_bos_token", false)
                .text("tokenizer.chat_template", CHAT_TEMPLATE);
    }
}
