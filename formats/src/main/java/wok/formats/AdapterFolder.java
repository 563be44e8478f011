package wok.formats;

import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Map;
import wok.tensor.Tensor;

/**
 * A folder as the PEFT library saves an adapter: adapter_config.json and adapter_model.safetensors. Any thread may read
 * it; its owner closes it when its tensors have been copied.
 */
public final class AdapterFolder implements AutoCloseable {
    /** What such a folder is known by. */
    public static final String CONFIG = "adapter_config.json";

    private static final String WEIGHTS = "adapter_model.safetensors";

    private final Path path;
    private final Json.Obj config;
    private final Map<String, Tensor> tensors;
    private final Arena arena;

    private AdapterFolder(Path path, Json.Obj config, Map<String, Tensor> tensors, Arena arena) {
        this.path = path;
        this.config = config;
        this.tensors = Collections.unmodifiableMap(tensors);
        this.arena = arena;
    }

    /**
     * Opens a folder.
     *
     * @throws MalformedModelException if a file is missing, cannot be read or is not what it claims to be
     */
    public static AdapterFolder open(Path path) {
        FolderListing listing = FolderListing.of(path);
        if (!listing.has(CONFIG) || !listing.has(WEIGHTS)) {
            throw new MalformedModelException(
                    path.toString(),
                    -1,
                    "folder",
                    listing.summary(),
                    CONFIG + " and " + WEIGHTS + ", an adapter of PEFT");
        }
        Path file = path.resolve(CONFIG);
        byte[] bytes = MappedFile.read(file, HuggingFaceFolder.FILE_BYTES_MAX, "a JSON file");
        Json.Obj config = Json.parseObject(file.toString(), bytes);
        Arena arena = Arena.ofShared();
        try {
            Path weights = path.resolve(WEIGHTS);
            return new AdapterFolder(
                    path,
                    config,
                    SafetensorsReader.read(weights.toString(), MappedFile.map(weights, arena, "a safetensors file")),
                    arena);
        } catch (RuntimeException | Error e) {
            arena.close();
            throw e;
        }
    }

    public Path path() {
        return path;
    }

    /** adapter_config.json. */
    public Json.Obj config() {
        return config;
    }

    /** The tensors by name, in file order. */
    public Map<String, Tensor> tensors() {
        return tensors;
    }

    @Override
    public void close() {
        arena.close();
    }
}
