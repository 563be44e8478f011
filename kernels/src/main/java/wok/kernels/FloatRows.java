package wok.kernels;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * A matrix of 32-bit floats off heap, row-major, without gaps: element (r, c) is at byte {@code 4 * (r * columns + c)}.
 * The memory belongs to the arena that {@link #allocate} was given. Readable from any thread; one writer per row.
 *
 * @param memory starts at a multiple of 64 and holds at least {@code 4 * rows * columns} bytes, in native byte order
 */
public record FloatRows(MemorySegment memory, int rows, int columns) {
    static final long ALIGNMENT = 64;

    public FloatRows {
        if (rows < 0 || columns < 1) {
            throw new IllegalArgumentException(
                    "rows, columns: " + rows + ", " + columns + " (expected: 0 or more, 1 or more)");
        }
        if (memory.byteSize() < bytes(rows, columns)) {
            throw new IllegalArgumentException("memory: " + memory.byteSize() + " bytes (expected: at least "
                    + bytes(rows, columns) + " for " + rows + " x " + columns + ")");
        }
        if (memory.address() % ALIGNMENT != 0) {
            throw new IllegalArgumentException("memory: not aligned (expected: a multiple of " + ALIGNMENT + ")");
        }
    }

    /** A matrix of zeros. */
    public static FloatRows allocate(Arena arena, int rows, int columns) {
        return new FloatRows(arena.allocate(bytes(rows, columns), ALIGNMENT), rows, columns);
    }

    private static long bytes(int rows, int columns) {
        return Math.multiplyExact(4L * rows, (long) columns);
    }

    /** The same memory read as another matrix of no more elements. */
    public FloatRows reshaped(int newRows, int newColumns) {
        return new FloatRows(memory, newRows, newColumns);
    }

    public float get(int row, int column) {
        return memory.get(ValueLayout.JAVA_FLOAT, offset(row, column));
    }

    public void set(int row, int column, float value) {
        memory.set(ValueLayout.JAVA_FLOAT, offset(row, column), value);
    }

    /** Copies one row out of an array that holds it from {@code from} on. */
    public void setRow(int row, float[] values, int from) {
        MemorySegment.copy(values, from, memory, ValueLayout.JAVA_FLOAT, offset(row, 0), columns);
    }

    /** A copy of one row. */
    public float[] row(int row) {
        float[] values = new float[columns];
        MemorySegment.copy(memory, ValueLayout.JAVA_FLOAT, offset(row, 0), values, 0, columns);
        return values;
    }

    /** Copies {@code count} elements of a row from {@code column} on to {@code to[at …]}. */
    void copyTo(int row, int column, float[] to, int at, int count) {
        java.util.Objects.checkFromIndexSize(column, count, columns);
        MemorySegment.copy(memory, ValueLayout.JAVA_FLOAT, offset(row, column), to, at, count);
    }

    /** Copies {@code from[at …]} to {@code count} elements of a row from {@code column} on. */
    void copyFrom(float[] from, int at, int row, int column, int count) {
        java.util.Objects.checkFromIndexSize(column, count, columns);
        MemorySegment.copy(from, at, memory, ValueLayout.JAVA_FLOAT, offset(row, column), count);
    }

    /** The byte where element (row, column) starts. */
    long offset(int row, int column) {
        java.util.Objects.checkIndex(row, rows);
        java.util.Objects.checkIndex(column, columns);
        return 4 * ((long) row * columns + column);
    }
}
