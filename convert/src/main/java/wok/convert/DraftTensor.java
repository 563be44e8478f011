package wok.convert;

import java.util.List;
import java.util.Optional;
import wok.tensor.DType;
import wok.tensor.Shape;
import wok.tensor.Tensor;

/**
 * A tensor of a model that is to be written.
 *
 * @param name in the file to be
 * @param storedAs what its numbers are stored as now; whether they were quantised before, and what to keep
 * @param copy the tensor whose bytes are these very rows, if there is one: it can be copied where the type stays
 * @param sources whose memory is no longer needed when it has been written
 */
record DraftTensor(
        String name, Shape shape, DType storedAs, RowSource rows, Optional<Tensor> copy, List<Tensor> sources) {

    DraftTensor {
        sources = List.copyOf(sources);
    }

    /** A tensor as it is. */
    static DraftTensor of(Tensor tensor) {
        return new DraftTensor(
                tensor.name(),
                tensor.shape(),
                tensor.dtype(),
                RowSource.of(tensor),
                Optional.of(tensor),
                List.of(tensor));
    }
}
