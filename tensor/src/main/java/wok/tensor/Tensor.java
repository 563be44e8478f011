package wok.tensor;

import java.lang.foreign.MemorySegment;

/**
 * A named, typed view of memory, row-major. It owns nothing: the memory lives as long as the arena of the file or
 * model that made it. Any thread may read it.
 *
 * @param data exactly {@code dtype.bytes(shape.elements())} bytes, little-endian
 */
public record Tensor(String name, DType dtype, Shape shape, MemorySegment data) {

    public Tensor {
        if (shape.columns() % dtype.blockElements() != 0) {
            throw new IllegalArgumentException(name + ": rows of " + shape.columns()
                    + " elements (expected: a multiple of " + dtype.blockElements() + " for " + dtype + ")");
        }
        long bytes = dtype.bytes(shape.elements());
        if (data.byteSize() != bytes) {
            throw new IllegalArgumentException(
                    name + ": " + data.byteSize() + " bytes (expected: " + bytes + " for " + dtype + " " + shape + ")");
        }
    }

    /** Row {@code row} as a slice: {@code dtype.bytes(shape.columns())} bytes. */
    public MemorySegment row(long row) {
        long rowBytes = dtype.bytes(shape.columns());
        return data.asSlice(Math.multiplyExact(row, rowBytes), rowBytes);
    }

    /** The same tensor under another name. */
    public Tensor named(String newName) {
        return new Tensor(newName, dtype, shape, data);
    }
}
