package wok.formats;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import wok.tensor.DType;

/**
 * What a pickle's calls make: dictionaries, and tensors as views of storages. Checks what arguments are; that they fit
 * each other and the file is {@link TorchCheckpoint}'s to check. One thread.
 */
final class PickleObjects {
    /** More than any published tensor has. */
    static final int DIMENSIONS_MAX = 8;

    /** Makes the error. */
    @FunctionalInterface
    interface Failure {
        MalformedModelException of(String found, String expected);
    }

    private final Failure failure;
    private final Map<String, DType> storageTypes = new HashMap<>();

    PickleObjects(Failure failure) {
        this.failure = failure;
    }

    /** {@code function(*arguments)}. */
    Pickle call(Pickle function, Pickle arguments) {
        if (!(function instanceof Pickle.Function known) || !(arguments instanceof Pickle.Tuple tuple)) {
            throw failure.of("a call of something else than a function", "one of a state dict's");
        }
        List<Pickle> items = tuple.items();
        return switch (known) {
            case ORDERED_DICT -> {
                requireCount(items, 0, 0);
                yield new Pickle.Dict(new LinkedHashMap<>());
            }
            case SIZE -> {
                requireCount(items, 1, 1);
                yield new Pickle.Tuple(items(items.getFirst()));
            }
            case REBUILD_TENSOR -> {
                requireCount(items, 4, 4);
                yield view(items, Optional.empty());
            }
            case REBUILD_TENSOR_V2 -> {
                requireCount(items, 6, 7);
                yield view(items, Optional.empty());
            }
            case REBUILD_TENSOR_V3 -> {
                requireCount(items, 7, 8);
                yield view(items, Optional.of(elementType(items.get(6))));
            }
            case REBUILD_PARAMETER -> {
                requireCount(items, 3, 3);
                yield requireView(items.getFirst());
            }
        };
    }

    /** A persistent identifier: {@code ("storage", type, key, location, elements)}, in the old format with a None. */
    Pickle storage(Pickle identifier) {
        List<Pickle> items = items(identifier);
        requireCount(items, 5, 6);
        if (items.get(0) instanceof Pickle.Text kind
                && kind.value().equals("storage")
                && items.get(1) instanceof Pickle.StorageType type
                && items.get(2) instanceof Pickle.Text key
                && (items.size() == 5 || items.get(5) instanceof Pickle.Nothing)) {
            storageTypes.put(key.value(), type.type().orElse(DType.U8));
            return new Pickle.Storage(type.type(), key.value(), size(items.get(4)));
        }
        throw failure.of("another object outside the pickle", "a storage");
    }

    /** See {@link PickleReader#storageTypes}. */
    Map<String, DType> storageTypes() {
        return storageTypes;
    }

    private Pickle.View view(List<Pickle> items, Optional<DType> elementType) {
        if (!(items.get(0) instanceof Pickle.Storage storage)) {
            throw failure.of("a tensor without a storage", "one with it");
        }
        DType type =
                elementType.or(storage::type).orElseThrow(() -> failure.of("a tensor without a type", "one with it"));
        List<Long> sizes = sizes(items.get(2));
        List<Long> strides = sizes(items.get(3));
        if (sizes.size() != strides.size() || sizes.size() > DIMENSIONS_MAX) {
            throw failure.of(
                    sizes.size() + " sizes and " + strides.size() + " strides",
                    "as many, and " + DIMENSIONS_MAX + " at most");
        }
        return new Pickle.View(storage, type, size(items.get(1)), sizes, strides);
    }

    private Pickle requireView(Pickle value) {
        if (!(value instanceof Pickle.View)) {
            throw failure.of("a parameter without a tensor", "one with it");
        }
        return value;
    }

    private DType elementType(Pickle value) {
        if (value instanceof Pickle.ElementType type) {
            return type.type();
        }
        throw failure.of("another value in place of an element's type", "a torch.dtype");
    }

    private List<Long> sizes(Pickle value) {
        List<Long> sizes = new ArrayList<>();
        for (Pickle item : items(value)) {
            sizes.add(size(item));
        }
        return sizes;
    }

    private long size(Pickle value) {
        if (value instanceof Pickle.Int number && number.value() >= 0) {
            return number.value();
        }
        throw failure.of(
                value instanceof Pickle.Int number ? Long.toString(number.value()) : "another value in place of a size",
                "a whole number, 0 or more");
    }

    private List<Pickle> items(Pickle value) {
        return switch (value) {
            case Pickle.Tuple tuple -> tuple.items();
            case Pickle.Items list -> list.items();
            default -> throw failure.of("another value in place of a tuple", "a tuple");
        };
    }

    private void requireCount(List<Pickle> items, int min, int max) {
        if (items.size() < min || items.size() > max) {
            throw failure.of(items.size() + " arguments", min == max ? String.valueOf(min) : min + " to " + max);
        }
    }
}
