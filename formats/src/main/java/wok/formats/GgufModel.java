package wok.formats;

import java.nio.file.Path;
import java.util.Map;
import wok.tensor.Tensor;

/** A GGUF model. */
public final class GgufModel implements ModelSource {
    private final Path path;

    private GgufModel(Path path) {
        this.path = path;
    }

    public static GgufModel open(Path path) {
        return new GgufModel(path);
    }

    @Override
    public Path path() {
        return path;
    }

    @Override
    public Map<String, Tensor> tensors() {
        return Map.of();
    }

    /** The metadata: scalars, strings and arrays by key, in file order. */
    public GgufMetadata metadata() {
        return new GgufMetadata(Map.of());
    }

    @Override
    public void close() {}
}
