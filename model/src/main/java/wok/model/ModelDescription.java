package wok.model;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import wok.formats.GgufModel;
import wok.formats.HuggingFaceFolder;
import wok.formats.ModelSource;
import wok.tensor.DType;
import wok.tensor.Tensor;

/**
 * What a person wants to know about a model before running it. Made from the file's tables alone: no weight is read.
 *
 * @param name the file's own name for the model, else that of the file or folder
 * @param parameters numbers in all tensors
 * @param storage the types the tensors are stored in, the one with the most bytes first
 * @param card licence and origin, as the file or the folder's README.md has them
 */
public record ModelDescription(
        String name, ModelConfig config, long parameters, List<Storage> storage, ModelCard card) {

    /**
     * How many tensors are stored in one type.
     *
     * @param tensors how many tensors are stored so
     * @param bytes theirs together
     */
    public record Storage(DType type, int tensors, long bytes) {}

    /**
     * Describes an opened model.
     *
     * @throws ModelException as {@link ModelConfig#of}
     */
    public static ModelDescription of(ModelSource source) {
        return of(source, ModelConfig.of(source));
    }

    static ModelDescription of(ModelSource source, ModelConfig config) {
        return new ModelDescription(
                ownName(source).orElseGet(() -> fileName(source)),
                config,
                source.tensors().values().stream()
                        .mapToLong(tensor -> tensor.shape().elements())
                        .sum(),
                storage(source),
                ModelCard.of(source));
    }

    private static String fileName(ModelSource source) {
        return String.valueOf(source.path().toAbsolutePath().normalize().getFileName());
    }

    private static Optional<String> ownName(ModelSource source) {
        return switch (source) {
            case GgufModel gguf -> gguf.metadata().text("general.name");
            case HuggingFaceFolder folder -> Optional.empty();
        };
    }

    private static List<Storage> storage(ModelSource source) {
        Map<DType, Storage> byType = new EnumMap<>(DType.class);
        for (Tensor tensor : source.tensors().values()) {
            Storage one = new Storage(tensor.dtype(), 1, tensor.bytes());
            byType.merge(
                    tensor.dtype(),
                    one,
                    (a, b) -> new Storage(a.type(), a.tensors() + b.tensors(), a.bytes() + b.bytes()));
        }
        return byType.values().stream()
                .sorted(java.util.Comparator.comparingLong(Storage::bytes).reversed())
                .toList();
    }
}
