package wok.tensor;

import java.lang.foreign.MemorySegment;
import java.util.List;

/** Where a tensor's bytes are, or what makes them. Any thread. */
public sealed interface TensorContents {

    /**
     * Bytes that lie in memory in the tensor's own form.
     *
     * @param data all of them
     */
    record InMemory(MemorySegment data) implements TensorContents {}

    /**
     * Bytes that are made when they are asked for, and belong to whoever asked: a matrix that is packed row by row never
     * exists as a whole in the form between the file's and the packed one.
     *
     * @param firstRow the conversion's number of row 0
     * @param sources what the file has of the whole tensor, for {@code ModelSource.release}; a slice names none
     */
    record Converted(RowConversion conversion, long firstRow, List<MemorySegment> sources) implements TensorContents {
        public Converted {
            sources = List.copyOf(sources);
        }
    }
}
