package wok.formats;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.channels.WritableByteChannel;
import wok.tensor.DType;
import wok.tensor.Shape;

/** A tensor that a writer will write: what its header needs, and where its bytes will come from. */
record PendingTensor(String name, DType dtype, Shape shape, TensorData data) {

    PendingTensor {
        if (shape.columns() % dtype.blockElements() != 0) {
            throw new IllegalArgumentException(name + ": rows of " + shape.columns()
                    + " elements (expected: a multiple of " + dtype.blockElements() + " for " + dtype + ")");
        }
    }

    long byteSize() {
        return dtype.bytes(shape.elements());
    }

    void writeTo(WritableByteChannel out) throws IOException {
        MemorySegment bytes = data.bytes();
        if (bytes.byteSize() != byteSize()) {
            throw new IllegalArgumentException(name + ": " + bytes.byteSize() + " bytes (expected: " + byteSize()
                    + " for " + dtype + " " + shape + ")");
        }
        OutputFile.write(out, bytes);
    }
}
