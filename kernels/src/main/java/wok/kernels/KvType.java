package wok.kernels;

/** How keys and values are stored in a {@link KvLayer}. */
public enum KvType {
    /** IEEE half precision, rounded to nearest even. */
    F16(2),
    F32(4),
    /** Signed bytes, one f32 scale per head, position and 32 dimensions; a value is {@code quant * scale} in f32. */
    Q8(1);

    private final int elementBytes;

    KvType(int elementBytes) {
        this.elementBytes = elementBytes;
    }

    int elementBytes() {
        return elementBytes;
    }
}
