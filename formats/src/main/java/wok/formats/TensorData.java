package wok.formats;

import java.io.IOException;
import java.lang.foreign.MemorySegment;

/**
 * Gives a tensor's bytes when the writer comes to it, so that a model larger than memory can be written: only one
 * tensor's bytes need exist at a time.
 */
@FunctionalInterface
public interface TensorData {
    /** Exactly the bytes of the tensor's type and shape, row-major, little-endian. */
    MemorySegment bytes() throws IOException;
}
