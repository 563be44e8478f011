package wok.kernels;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.util.Objects;

/**
 * What a recurrent layer remembers of its sequences: a slot for each. A slot holds, in 32-bit floats one behind the
 * other,
 *
 * <pre>
 * byte 0                          the convolution's last inputs [taps - 1][channels], oldest first
 * byte 4 (taps - 1) channels      S of each head [heads][keyDim][valueDim]
 * </pre>
 *
 * <p>A sequence's first position takes zeros for what was before it, so a slot need not be cleared. One thread writes a
 * slot's head at a time; copies and operations must not overlap.
 */
public final class RecurrentState {
    private final MemorySegment memory;
    private final int slots;
    private final RecurrentShape shape;
    private final long slotBytes;

    private RecurrentState(MemorySegment memory, int slots, RecurrentShape shape) {
        this.memory = memory;
        this.slots = slots;
        this.shape = shape;
        this.slotBytes = shape.stateBytes();
    }

    /** New slots, of zeros. */
    public static RecurrentState allocate(SegmentAllocator allocator, int slots, RecurrentShape shape) {
        if (slots < 1) {
            throw new IllegalArgumentException("slots: " + slots + " (expected: 1 or more)");
        }
        long bytes = Math.multiplyExact(shape.stateBytes(), (long) slots);
        return new RecurrentState(allocator.allocate(bytes, FloatRows.ALIGNMENT), slots, shape);
    }

    public int slots() {
        return slots;
    }

    public RecurrentShape shape() {
        return shape;
    }

    /** Makes one slot equal to another. */
    public void copySlot(int from, int to) {
        Objects.checkIndex(from, slots);
        Objects.checkIndex(to, slots);
        MemorySegment.copy(memory, from * slotBytes, memory, to * slotBytes, slotBytes);
    }

    /** {@code count} channels from {@code channel} on of the {@code age}-th oldest input. */
    void readInput(int slot, int age, int channel, float[] to, int count) {
        MemorySegment.copy(memory, JAVA_FLOAT, input(slot, age, channel, count), to, 0, count);
    }

    void writeInput(int slot, int age, int channel, float[] from, int count) {
        MemorySegment.copy(from, 0, memory, JAVA_FLOAT, input(slot, age, channel, count), count);
    }

    private long input(int slot, int age, int channel, int count) {
        Objects.checkIndex(slot, slots);
        Objects.checkIndex(age, shape.taps() - 1);
        Objects.checkFromIndexSize(channel, count, shape.channels());
        return slot * slotBytes + 4L * ((long) age * shape.channels() + channel);
    }

    /** S of a head as an array of its rows, one for each number of a key. */
    void readMatrix(int slot, int head, float[][] rows) {
        long at = matrix(slot, head);
        int columns = shape.valueDim();
        for (int i = 0; i < shape.keyDim(); i++) {
            MemorySegment.copy(memory, JAVA_FLOAT, at + 4L * i * columns, rows[i], 0, columns);
        }
    }

    void writeMatrix(int slot, int head, float[][] rows) {
        long at = matrix(slot, head);
        int columns = shape.valueDim();
        for (int i = 0; i < shape.keyDim(); i++) {
            MemorySegment.copy(rows[i], 0, memory, JAVA_FLOAT, at + 4L * i * columns, columns);
        }
    }

    private long matrix(int slot, int head) {
        Objects.checkIndex(slot, slots);
        Objects.checkIndex(head, shape.heads());
        long inputs = (shape.taps() - 1L) * shape.channels();
        return slot * slotBytes + 4 * (inputs + (long) head * shape.keyDim() * shape.valueDim());
    }
}
