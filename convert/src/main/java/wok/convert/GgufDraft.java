package wok.convert;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import wok.formats.GgufMetadata;
import wok.formats.GgufModel;
import wok.formats.GgufWriter;

/** The draft of a GGUF file: every key with its type and every tensor, whatever the architecture. Stateless. */
final class GgufDraft {
    private GgufDraft() {}

    static Draft of(GgufModel gguf) {
        GgufMetadata metadata = gguf.metadata();
        Map<String, Consumer<GgufWriter>> entries = new LinkedHashMap<>();
        for (String key : metadata.values().keySet()) {
            if (key.equals(Draft.ALIGNMENT)) {
                int alignment = metadata.integer(key).orElseThrow().intValue(); // the reader has checked it
                entries.put(key, writer -> writer.alignment(alignment));
            } else if (!key.startsWith("split.")) { // the parts become one file
                entries.put(key, writer -> writer.copy(key, metadata));
            }
        }
        String prefix = metadata.text("general.architecture").orElse("") + ".";
        int heads = number(metadata, prefix + "attention.head_count", 1);
        return new Draft(
                entries,
                gguf.tensors().values().stream().map(DraftTensor::of).toList(),
                new Draft.Dimensions(
                        number(metadata, prefix + "block_count", 0),
                        heads,
                        number(metadata, prefix + "attention.head_count_kv", heads),
                        number(metadata, prefix + "expert_count", 0)));
    }

    /** A count; of one that differs by layer the greatest. */
    private static int number(GgufMetadata metadata, String key, int absent) {
        long value = metadata.integer(key)
                .orElseGet(() -> metadata.integers(key).orElse(List.of()).stream()
                        .max(Long::compare)
                        .orElse((long) absent));
        return Math.clamp(value, 0, Integer.MAX_VALUE);
    }
}
