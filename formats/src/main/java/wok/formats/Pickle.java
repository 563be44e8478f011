package wok.formats;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import wok.tensor.DType;

/**
 * What can come out of a pickle of PyTorch's: numbers, text, containers, tensors, and the few names that make them.
 * Lists and dictionaries may hold themselves (a hostile pickle's can): nobody may walk through them without a limit.
 * Those two change while {@link PickleReader} reads; one thread.
 */
sealed interface Pickle {

    record Text(String value) implements Pickle {}

    record Int(long value) implements Pickle {}

    record Real(double value) implements Pickle {}

    record Flag(boolean value) implements Pickle {}

    record Nothing() implements Pickle {}

    /** A tuple or a torch.Size. */
    record Tuple(List<Pickle> items) implements Pickle {
        public Tuple {
            items = List.copyOf(items);
        }
    }

    /** A list. */
    record Items(List<Pickle> items) implements Pickle {}

    /** A dict or an OrderedDict; keys are {@link Text} and {@link Int} alone. */
    record Dict(Map<Pickle, Pickle> members) implements Pickle {}

    /** What a pickle may call, by us and not by Python. */
    enum Function implements Pickle {
        ORDERED_DICT,
        SIZE,
        REBUILD_TENSOR,
        REBUILD_TENSOR_V2,
        REBUILD_TENSOR_V3,
        REBUILD_PARAMETER
    }

    /** torch.FloatStorage and its kin; torch.storage.UntypedStorage has no type. */
    record StorageType(Optional<DType> type) implements Pickle {}

    /** torch.float16 and its kin. */
    record ElementType(DType type) implements Pickle {}

    /**
     * A run of numbers in the archive.
     *
     * @param key its name there
     * @param elements how many; of an untyped one, bytes
     */
    record Storage(Optional<DType> type, String key, long elements) implements Pickle {}

    /** A tensor as a view of a storage: offset and strides count elements. Nothing of it has been checked. */
    record View(Storage storage, DType type, long offset, List<Long> sizes, List<Long> strides) implements Pickle {}
}
