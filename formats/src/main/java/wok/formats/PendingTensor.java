package wok.formats;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.channels.WritableByteChannel;
import wok.tensor.DType;
import wok.tensor.Shape;

/** A tensor that a writer will write: what its header needs, and where its bytes will come from. */
record PendingTensor(String name, DType dtype, Shape shape, TensorPieces pieces) {

    PendingTensor {
        if (shape.columns() % dtype.blockElements() != 0) {
            throw new IllegalArgumentException(name + ": rows of " + shape.columns()
                    + " elements (expected: a multiple of " + dtype.blockElements() + " for " + dtype + ")");
        }
    }

    /** One whose bytes come all at once. */
    static PendingTensor whole(String name, DType dtype, Shape shape, TensorData data) {
        return new PendingTensor(name, dtype, shape, from -> {
            MemorySegment bytes = data.bytes();
            if (bytes.byteSize() != dtype.bytes(shape.elements())) {
                throw wrongSize(name, bytes.byteSize(), dtype, shape);
            }
            return bytes;
        });
    }

    long byteSize() {
        return dtype.bytes(shape.elements());
    }

    void writeTo(WritableByteChannel out) throws IOException {
        long written = 0;
        do {
            MemorySegment piece = pieces.from(written);
            written += piece.byteSize();
            if (written > byteSize() || (piece.byteSize() == 0 && written < byteSize())) {
                throw wrongSize(name, written, dtype, shape);
            }
            OutputFile.write(out, piece);
        } while (written < byteSize());
    }

    private static IllegalArgumentException wrongSize(String name, long found, DType dtype, Shape shape) {
        return new IllegalArgumentException(name + ": " + found + " bytes (expected: " + dtype.bytes(shape.elements())
                + " for " + dtype + " " + shape + ")");
    }
}
