package wok.formats;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/**
 * A model.safetensors.index.json: which file of the folder holds which tensor.
 *
 * @param path of the index
 * @param fileOfTensor in file order
 */
record ShardIndex(Path path, Map<String, String> fileOfTensor) {
    static final String FILE_NAME = "model.safetensors.index.json";

    /** Published models have up to some two hundred shards. */
    static final int SHARDS_MAX = 4096;

    static ShardIndex of(Path path, Json.Obj json) {
        Json.Obj weights = json.object("weight_map")
                .orElseThrow(() -> failure(path, "weight_map", "none", "an object from tensor to file"));
        Map<String, String> files = new LinkedHashMap<>();
        for (Map.Entry<String, Json> entry : weights.members().entrySet()) {
            if (!(entry.getValue() instanceof Json.Str file)) {
                throw failure(path, "weight_map: " + entry.getKey(), "another JSON value", "a file's name");
            }
            files.put(entry.getKey(), plainName(path, file.value()));
        }
        ShardIndex index = new ShardIndex(path, files);
        if (index.shards().size() > SHARDS_MAX) {
            throw failure(path, "weight_map", index.shards().size() + " files", SHARDS_MAX + " at most");
        }
        return index;
    }

    /** A name within the folder: an index must not lead to files elsewhere. */
    private static String plainName(Path path, String name) {
        if (!name.endsWith(".safetensors") || !name.matches("[A-Za-z0-9_][A-Za-z0-9._-]*")) {
            throw failure(
                    path,
                    "weight_map",
                    new Json.Str(name).toString(),
                    "the name of a .safetensors file in the same folder (letters, digits, '.', '_', '-')");
        }
        return name;
    }

    Set<String> shards() {
        return new LinkedHashSet<>(fileOfTensor.values());
    }

    /** Refuses a shard that lacks a tensor the index promises, or holds one the index puts elsewhere or not at all. */
    void requireMatch(String shard, Set<String> tensors) {
        for (String tensor : tensors) {
            String file = fileOfTensor.getOrDefault(tensor, "none");
            if (!file.equals(shard)) {
                throw failure(path, "weight_map: " + tensor, file, shard + ", which holds it");
            }
        }
        for (Map.Entry<String, String> entry : fileOfTensor.entrySet()) {
            if (entry.getValue().equals(shard) && !tensors.contains(entry.getKey())) {
                throw failure(path, "weight_map: " + entry.getKey(), shard, "a file that holds it");
            }
        }
    }

    private static MalformedModelException failure(Path path, String field, String found, String expected) {
        return new MalformedModelException(path.toString(), -1, field, found, expected);
    }
}
