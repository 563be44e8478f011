package wok.model;

import java.util.Map;

/** What families call their weights in Hugging Face folders where they differ from {@link TensorRole}'s own names. */
final class FolderNames {
    private FolderNames() {}

    static Map<TensorRole, String> of(Family family) {
        return switch (family) {
            case LLAMA, MISTRAL, QWEN2, QWEN3, QWEN3_MOE, GEMMA3 -> Map.of();
        };
    }
}
