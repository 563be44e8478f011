package wok.formats;

import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import wok.tensor.Tensor;

/**
 * Which files of a Hugging Face folder hold its weights, and their tensors. In this order: the shards that
 * model.safetensors.index.json names, model.safetensors, all *.safetensors files; then, where there are none,
 * PyTorch's: the shards that pytorch_model.bin.index.json names, pytorch_model.bin, or the only *.bin, *.pth or *.pt
 * file. One thread.
 */
final class FolderWeights {
    private static final String SAFETENSORS = ".safetensors";
    private static final String SINGLE = "model.safetensors";
    private static final String TORCH_SINGLE = "pytorch_model.bin";
    private static final List<String> TORCH = List.of(".bin", ".pth", ".pt");

    private final FolderListing listing;
    private final Arena arena;
    private final Map<String, Tensor> tensors = new LinkedHashMap<>();

    private FolderWeights(FolderListing listing, Arena arena) {
        this.listing = listing;
        this.arena = arena;
    }

    /**
     * The tensors by name, mapped into the arena; none if the folder has no file of weights.
     *
     * @throws MalformedModelException if a file cannot be read or is not what it claims to be
     */
    static Map<String, Tensor> read(FolderListing listing, Arena arena) {
        FolderWeights weights = new FolderWeights(listing, arena);
        if (listing.has(ShardIndex.FILE_NAME)) {
            weights.addShards(ShardIndex.FILE_NAME);
        } else if (listing.has(SINGLE)) {
            weights.add(SINGLE);
        } else if (!listing.ending(SAFETENSORS).isEmpty()) {
            listing.ending(SAFETENSORS).forEach(weights::add);
        } else if (listing.has(ShardIndex.TORCH_FILE_NAME)) {
            weights.addShards(ShardIndex.TORCH_FILE_NAME);
        } else if (listing.has(TORCH_SINGLE)) {
            weights.add(TORCH_SINGLE);
        } else {
            weights.addOnlyTorchFile();
        }
        return weights.tensors;
    }

    private void addOnlyTorchFile() {
        List<String> files = TORCH.stream()
                .flatMap(suffix -> listing.ending(suffix).stream())
                .toList();
        if (files.size() > 1) {
            throw new MalformedModelException(
                    listing.path().toString(),
                    -1,
                    "folder",
                    String.join(", ", files),
                    "*.safetensors files, " + TORCH_SINGLE + ", or one file of PyTorch's");
        }
        files.forEach(this::add);
    }

    private void addShards(String indexName) {
        Path indexPath = listing.path().resolve(indexName);
        ShardIndex index = ShardIndex.of(indexPath, HuggingFaceFolder.parse(indexPath));
        for (String file : index.shards()) {
            Map<String, Tensor> shard = read(file);
            index.requireMatch(file, shard.keySet());
            add(file, shard);
        }
    }

    private void add(String file) {
        add(file, read(file));
    }

    private Map<String, Tensor> read(String name) {
        Path file = listing.path().resolve(name);
        return name.endsWith(SAFETENSORS)
                ? SafetensorsReader.read(file.toString(), MappedFile.map(file, arena, "a safetensors file"))
                : TorchCheckpoint.read(file.toString(), MappedFile.map(file, arena, "a state dict of PyTorch's"));
    }

    private void add(String file, Map<String, Tensor> shard) {
        for (Tensor tensor : shard.values()) {
            if (tensors.put(tensor.name(), tensor) != null) {
                throw new MalformedModelException(
                        listing.path().resolve(file).toString(),
                        -1,
                        "tensor name",
                        tensor.name() + " again",
                        "each name in one file");
            }
        }
    }
}
