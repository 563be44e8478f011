package wok.formats;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.MemorySegment;
import wok.tensor.RowConversion;

/**
 * The rows of a tensor whose elements are not neighbours in its storage, gathered: a transposed matrix, say. All of its
 * elements are known to lie within the storage. Immutable; any thread.
 */
record StridedRows(MemorySegment storage, Pickle.View view) implements RowConversion {

    @Override
    public void convert(long first, int count, byte[] to) {
        int rank = view.sizes().size();
        int columns = Math.toIntExact(view.sizes().get(rank - 1));
        int bytes = view.type().blockBytes();
        long step = view.strides().get(rank - 1) * bytes;
        int at = 0;
        for (int i = 0; i < count; i++) {
            long from = start(first + i) * bytes;
            for (int column = 0; column < columns; column++) {
                for (int b = 0; b < bytes; b++) {
                    to[at++] = storage.get(JAVA_BYTE, from + column * step + b);
                }
            }
        }
    }

    /** The element of the storage that a row starts with. */
    private long start(long row) {
        long start = view.offset();
        long rest = row;
        for (int i = view.sizes().size() - 2; i >= 0; i--) {
            long size = view.sizes().get(i);
            start += rest % size * view.strides().get(i);
            rest /= size;
        }
        return start;
    }
}
