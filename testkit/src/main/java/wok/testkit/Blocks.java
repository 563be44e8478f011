package wok.testkit;

import wok.tensor.DType;

/** A tensor's values in a type's blocks. The arrays are not copied: whoever changes one spoils the value. */
public final class Blocks {
    private final DType dtype;
    private final byte[] bytes;
    private final float[] values;

    Blocks(DType dtype, byte[] bytes, float[] values) {
        this.dtype = dtype;
        this.bytes = bytes;
        this.values = values;
    }

    public DType dtype() {
        return dtype;
    }

    /** The blocks as a file holds them. */
    public byte[] bytes() {
        return bytes;
    }

    /** What the blocks mean, exactly: as many elements as went in. */
    public float[] values() {
        return values;
    }
}
