package wok.tensor;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * A named, typed view of weights, row-major. It owns nothing: the memory lives as long as the arena of the file or model
 * that made it. Most tensors lie in the file as they are; those of a checkpoint quantised in its own way are converted
 * when they are read, see {@link TensorContents.Converted}. Any thread may read it.
 *
 * @param contents in memory: exactly {@link #bytes} bytes, little-endian
 */
public record Tensor(String name, DType dtype, Shape shape, TensorContents contents) {
    /** Rows that are converted at once where all are asked for. */
    private static final int ROWS_AT_ONCE = 128;

    /** Or fewer, so that they take no more than this. */
    private static final long BYTES_AT_ONCE = 16L << 20;

    public Tensor {
        if (shape.columns() % dtype.blockElements() != 0) {
            throw new IllegalArgumentException(name + ": rows of " + shape.columns()
                    + " elements (expected: a multiple of " + dtype.blockElements() + " for " + dtype + ")");
        }
        long bytes = dtype.bytes(shape.elements());
        if (contents instanceof TensorContents.InMemory memory && memory.data().byteSize() != bytes) {
            throw new IllegalArgumentException(name + ": " + memory.data().byteSize() + " bytes (expected: " + bytes
                    + " for " + dtype + " " + shape + ")");
        }
    }

    /** A tensor that lies in memory. */
    public Tensor(String name, DType dtype, Shape shape, MemorySegment data) {
        this(name, dtype, shape, new TensorContents.InMemory(data));
    }

    /**
     * A tensor whose rows are made when they are read.
     *
     * @param sources the mapped memory that the conversion reads
     */
    public static Tensor converted(
            String name, DType dtype, Shape shape, RowConversion conversion, List<MemorySegment> sources) {
        return new Tensor(name, dtype, shape, new TensorContents.Converted(conversion, 0, sources));
    }

    /** The bytes of all elements; nothing is converted for it. */
    public long bytes() {
        return dtype.bytes(shape.elements());
    }

    /** The bytes of one row. */
    public long rowBytes() {
        return dtype.bytes(shape.columns());
    }

    /**
     * All bytes. Those of a converted tensor are made anew at each call: whoever needs rows asks for {@link #rows}, who
     * needs the size for {@link #bytes}.
     */
    public MemorySegment data() {
        return switch (contents) {
            case TensorContents.InMemory memory -> memory.data();
            case TensorContents.Converted converted -> allRows();
        };
    }

    /** Row {@code row}: {@link #rowBytes} bytes. */
    public MemorySegment row(long row) {
        return rows(row, 1);
    }

    /**
     * Rows {@code first} to {@code first + count - 1}, one behind the other: a slice of the memory, or made now. Small
     * counts only; converting a hundred at once is quicker than one by one.
     */
    public MemorySegment rows(long first, int count) {
        Objects.checkFromIndexSize(first, (long) count, shape.rows());
        long bytes = Math.multiplyExact(count, rowBytes());
        return switch (contents) {
            case TensorContents.InMemory memory -> memory.data().asSlice(first * rowBytes(), bytes);
            case TensorContents.Converted converted -> {
                byte[] made = new byte[Math.toIntExact(bytes)];
                converted.conversion().convert(converted.firstRow() + first, count, made);
                yield MemorySegment.ofArray(made);
            }
        };
    }

    /** Part {@code index} of the outermost dimension: one expert of [experts, rows, columns], as [rows, columns]. */
    public Tensor slice(long index) {
        if (shape.rank() < 2) {
            throw new IllegalArgumentException(name + ": shape " + shape + " (expected: two dimensions and more)");
        }
        Objects.checkIndex(index, shape.dimension(0));
        Shape part = new Shape(new ArrayList<>(shape.dimensions().subList(1, shape.rank())));
        long partBytes = dtype.bytes(part.elements());
        TensorContents contentsOfPart = switch (contents) {
            case TensorContents.InMemory memory ->
                new TensorContents.InMemory(memory.data().asSlice(index * partBytes, partBytes));
            case TensorContents.Converted converted ->
                new TensorContents.Converted(
                        converted.conversion(), converted.firstRow() + index * part.rows(), List.of());
        };
        return new Tensor(name + "[" + index + "]", dtype, part, contentsOfPart);
    }

    /** Rows {@code first} to {@code first + count - 1}, counted through all outer dimensions, as a matrix. */
    public Tensor part(long first, long count) {
        Objects.checkFromIndexSize(first, count, shape.rows());
        TensorContents contentsOfPart = switch (contents) {
            case TensorContents.InMemory memory ->
                new TensorContents.InMemory(memory.data().asSlice(first * rowBytes(), count * rowBytes()));
            case TensorContents.Converted converted ->
                new TensorContents.Converted(converted.conversion(), converted.firstRow() + first, List.of());
        };
        String rows = name + "[" + first + ":" + (first + count) + "]";
        return new Tensor(rows, dtype, Shape.of(count, shape.columns()), contentsOfPart);
    }

    /** The same tensor under another name. */
    public Tensor named(String newName) {
        return new Tensor(newName, dtype, shape, contents);
    }

    private MemorySegment allRows() {
        MemorySegment all = Arena.ofAuto().allocate(bytes(), ValueLayout.JAVA_LONG.byteAlignment());
        long rows = shape.rows();
        long atOnce = Math.max(1, Math.min(ROWS_AT_ONCE, BYTES_AT_ONCE / Math.max(1, rowBytes())));
        for (long row = 0; row < rows; row += atOnce) {
            int count = (int) Math.min(atOnce, rows - row);
            MemorySegment.copy(rows(row, count), 0, all, row * rowBytes(), count * rowBytes());
        }
        return all;
    }
}
