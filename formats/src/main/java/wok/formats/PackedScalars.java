package wok.formats;

import java.lang.foreign.MemorySegment;
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

    @Override
    public int size() {
        return size;
    }
}
