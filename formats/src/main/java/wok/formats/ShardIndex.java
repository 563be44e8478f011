package wok.formats;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/**
 * A model.safetensors.index.json or pytorch_model.bin.index.json: which file of the folder holds which tensor.
 *
 * @param path of the index
 * @param tensorsOfFile in file order
 */
record ShardIndex(Path path, Map<String, Set<String>> tensorsOfFile) {
    static final String FILE_NAME = "model.safetensors.index.json";
    static final String TORCH_FILE_NAME = "pytorch_model.bin.index.json";

    /** Published models have up to some two hundred shards. */
    static final int SHARDS_MAX = 4096;

    static ShardIndex of(Path path, Json.Obj json) {
        Json.Obj weights = json.object("weight_map")
                .orElseThrow(() -> failure(path, "weight_map", "none", "an object from tensor to file"));
        Map<String, Set<String>> tensorsOfFile = new LinkedHashMap<>();
        for (Map.Entry<String, Json> entry : weights.members().entrySet()) {
            if (!(entry.getValue() instanceof Json.Str file)) {
                throw failure(path, "weight_map: " + entry.getKey(), "another JSON value", "a file's name");
            }
            tensorsOfFile
                    .computeIfAbsent(plainName(path, file.value()), name -> new LinkedHashSet<>())
                    .add(entry.getKey());
        }
        if (tensorsOfFile.size() > SHARDS_MAX) {
            throw failure(path, "weight_map", tensorsOfFile.size() + " files", SHARDS_MAX + " at most");
        }
        return new ShardIndex(path, tensorsOfFile);
    }

    /** A name within the folder: an index must not lead to files elsewhere. */
    private static String plainName(Path path, String name) {
        String suffix = path.endsWith(TORCH_FILE_NAME) ? ".bin" : ".safetensors";
        if (!name.endsWith(suffix) || !name.matches("[A-Za-z0-9_][A-Za-z0-9._-]*")) {
            throw failure(
                    path,
                    "weight_map",
                    new Json.Str(name).toString(),
                    "the name of a " + suffix + " file in the same folder (letters, digits, '.', '_', '-')");
        }
        return name;
    }

    Set<String> shards() {
        return tensorsOfFile.keySet();
    }

    /** Refuses a shard that lacks a tensor the index promises, or holds one the index puts elsewhere or not at all. */
    void requireMatch(String shard, Set<String> found) {
        Set<String> promised = tensorsOfFile.getOrDefault(shard, Set.of());
        for (String tensor : found) {
            if (!promised.contains(tensor)) {
                throw failure(path, "weight_map: " + tensor, "another file or none", shard + ", which holds it");
            }
        }
        for (String tensor : promised) {
            if (!found.contains(tensor)) {
                throw failure(path, "weight_map: " + tensor, shard, "a file that holds it");
            }
        }
    }

    private static MalformedModelException failure(Path path, String field, String found, String expected) {
        return new MalformedModelException(path.toString(), -1, field, found, expected);
    }
}
