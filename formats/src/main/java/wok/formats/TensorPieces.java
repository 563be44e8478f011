package wok.formats;

import java.io.IOException;
import java.lang.foreign.MemorySegment;

/** Gives a tensor's bytes piece by piece while it is written, for tensors that should never exist as a whole. */
@FunctionalInterface
public interface TensorPieces {
    /** One byte or more of the tensor, from byte {@code from} on; what was given before may be reused. */
    MemorySegment from(long from) throws IOException;
}
