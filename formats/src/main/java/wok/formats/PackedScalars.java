package wok.formats;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import java.util.AbstractList;
import java.util.Objects;
import java.util.RandomAccess;

/**
 * An array of numbers or booleans as the file holds it, on the heap: Long, Double or Boolean elements are made when
 * asked for. A vocabulary's 262 144 token types take 1 MiB so, and 7 MiB as boxed objects. Immutable; any thread.
 */
final class PackedScalars extends AbstractList<Object> implements RandomAccess {
    private final GgufValueType type;
    private final MemorySegment data;
    private final int size;

    PackedScalars(GgufValueType type, byte[] data) {
        this.type = type;
        this.data = MemorySegment.ofArray(data);
        this.size = data.length / type.bytesMin();
    }

    GgufValueType type() {
        return type;
    }

    @Override
    public Object get(int index) {
        Objects.checkIndex(index, size);
        return type.scalar(data, (long) index * type.bytesMin());
    }

    /** All of them as ints, with -1 for what is no int. */
    int[] toInts() {
        int[] ints = new int[size];
        if (type == GgufValueType.I32) {
            data.asByteBuffer().order(ByteOrder.LITTLE_ENDIAN).asIntBuffer().get(ints);
            return ints;
        }
        for (int i = 0; i < size; i++) {
            ints[i] = get(i) instanceof Long value && value == value.intValue() ? value.intValue() : -1;
        }
        return ints;
    }

    @Override
    public int size() {
        return size;
    }
}
