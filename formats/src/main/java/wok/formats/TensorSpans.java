package wok.formats;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import wok.tensor.DType;
import wok.tensor.Shape;

/** Where a file's tensors lie in its data, to find those that overlap and, where the format forbids them, gaps. */
final class TensorSpans {
    private record Span(String name, long start, long bytes) {}

    private final String path;
    private final List<Span> spans = new ArrayList<>();

    TensorSpans(String path) {
        this.path = path;
    }

    /**
     * The bytes of a tensor of this type and shape.
     *
     * @throws MalformedModelException if they overflow, or a row is not a whole number of blocks
     */
    static long bytes(String path, long offset, String name, DType type, Shape shape) {
        if (shape.columns() % type.blockElements() != 0) {
            throw new MalformedModelException(
                    path,
                    offset,
                    name + ": shape",
                    "rows of " + shape.columns() + " elements",
                    "a multiple of " + type.blockElements() + " for " + type);
        }
        try {
            return type.bytes(shape.elements());
        } catch (ArithmeticException e) {
            throw new MalformedModelException(
                    path, offset, name + ": shape", shape.toString(), "a size of less than 2^63 bytes");
        }
    }

    /** Bytes {@code start} to {@code start + bytes}, counted from the start of the data. */
    void add(String name, long start, long bytes) {
        spans.add(new Span(name, start, bytes));
    }

    /**
     * Refuses two tensors that share a byte.
     *
     * @param dataStart the offset of the data in the file
     */
    void requireDisjoint(long dataStart) {
        long end = 0;
        String before = "";
        for (Span span : sorted()) {
            if (span.start() < end) {
                throw new MalformedModelException(
                        path, dataStart + span.start(), span.name() + ": data", "bytes of " + before, "its own bytes");
            }
            end = span.start() + span.bytes();
            before = span.name();
        }
    }

    /** Refuses tensors that overlap, leave a hole, or end before or behind {@code dataBytes}. */
    void requireContiguous(long dataStart, long dataBytes) {
        requireDisjoint(dataStart);
        long end = 0;
        for (Span span : sorted()) {
            if (span.start() != end) {
                throw new MalformedModelException(
                        path,
                        dataStart + end,
                        span.name() + ": data",
                        "a hole of " + (span.start() - end) + " bytes before it",
                        "tensors without holes");
            }
            end += span.bytes();
        }
        if (end != dataBytes) {
            throw new MalformedModelException(
                    path,
                    dataStart + end,
                    "data",
                    dataBytes - end + " bytes that belong to no tensor",
                    "the end of the file");
        }
    }

    private List<Span> sorted() {
        return spans.stream()
                .filter(span -> span.bytes() > 0)
                .sorted(Comparator.comparingLong(Span::start))
                .toList();
    }
}
