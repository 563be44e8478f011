package wok.formats;

import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import wok.tensor.Tensor;

/**
 * The tensors of a checkpoint as its files store them, from which those that it is about are put together: what belongs
 * to a weight (its scales, say) is taken, what is left over is passed on. One thread.
 *
 * <p>Why here and not in the model: a weight in three tensors is a matter of one file format, and families should know
 * none of them. Why row by row, on demand: a checkpoint of 671 billion 8-bit floats is four times as large as 32-bit
 * floats; converted whole when it is opened it would fit nowhere, and converted by the threads that pack it, it costs
 * nothing that packing does not cost anyway.
 */
final class StoredTensors {
    private final String path;
    private final Map<String, Tensor> stored;
    private final Set<String> taken = new LinkedHashSet<>();
    private final Map<String, Tensor> made = new LinkedHashMap<>();

    StoredTensors(String path, Map<String, Tensor> stored) {
        this.path = path;
        this.stored = stored;
    }

    /**
     * The tensors of a checkpoint whose weights are stored in this way, in the order of its files.
     *
     * @param path the folder
     * @throws MalformedModelException if a part is missing or has a shape that does not fit
     */
    static Map<String, Tensor> present(String path, Quantisation quantisation, Map<String, Tensor> stored) {
        StoredTensors tensors = new StoredTensors(path, stored);
        switch (quantisation) {
            case Quantisation.None none -> Float8Weights.make(tensors, Optional.empty());
            case Quantisation.Fp8 fp8 -> Float8Weights.make(tensors, Optional.of(fp8));
            case Quantisation.Mxfp4 mxfp4 -> Mxfp4Weights.make(tensors);
            case Quantisation.Grouped grouped -> GroupedWeights.make(tensors, grouped);
            case Quantisation.Unread unread -> {}
        }
        return tensors.result();
    }

    Iterable<Tensor> all() {
        return stored.values();
    }

    Optional<Tensor> find(String name) {
        return Optional.ofNullable(stored.get(name));
    }

    /** A part of the weight {@code of}. */
    Tensor part(String of, String name) {
        return find(name)
                .orElseThrow(() -> new MalformedModelException(path, -1, "tensor " + of, "no " + name, "its parts"));
    }

    /** Leaves a tensor out: it is part of another. */
    void take(String name) {
        taken.add(name);
    }

    /** Puts a tensor in the place of the stored one. */
    void replace(String name, Tensor tensor) {
        if (!tensor.name().equals(name) && stored.containsKey(tensor.name())) {
            throw failure(tensor, "another than the one of " + name, "one of the two");
        }
        made.put(name, tensor);
    }

    MalformedModelException failure(Tensor tensor, String found, String expected) {
        return new MalformedModelException(path, -1, "tensor " + tensor.name(), found, expected);
    }

    String path() {
        return path;
    }

    private Map<String, Tensor> result() {
        Map<String, Tensor> result = new LinkedHashMap<>();
        for (Tensor tensor : stored.values()) {
            if (!taken.contains(tensor.name())) {
                Tensor given = made.getOrDefault(tensor.name(), tensor);
                result.put(given.name(), given);
            }
        }
        return result;
    }
}
