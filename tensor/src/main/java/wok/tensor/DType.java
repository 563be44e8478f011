package wok.tensor;

import java.util.Optional;

/**
 * How a tensor's elements are stored. A type is a run of blocks: {@code blockElements} neighbouring elements of one row
 * take {@code blockBytes} bytes. Plain types have blocks of one element.
 *
 * <p>Identifiers and block sizes are those of the GGUF specification (ggml, {@code enum ggml_type}); types that only
 * safetensors files have carry the identifier -1.
 */
public enum DType {
    F32(0, 1, 4),
    F16(1, 1, 2),
    Q4_0(2, 32, 18),
    Q4_1(3, 32, 20),
    Q5_0(6, 32, 22),
    Q5_1(7, 32, 24),
    Q8_0(8, 32, 34),
    Q8_1(9, 32, 36),
    Q2_K(10, 256, 84),
    Q3_K(11, 256, 110),
    Q4_K(12, 256, 144),
    Q5_K(13, 256, 176),
    Q6_K(14, 256, 210),
    Q8_K(15, 256, 292),
    IQ2_XXS(16, 256, 66),
    IQ2_XS(17, 256, 74),
    IQ3_XXS(18, 256, 98),
    IQ1_S(19, 256, 50),
    IQ4_NL(20, 32, 18),
    IQ3_S(21, 256, 110),
    IQ2_S(22, 256, 82),
    IQ4_XS(23, 256, 136),
    I8(24, 1, 1),
    I16(25, 1, 2),
    I32(26, 1, 4),
    I64(27, 1, 8),
    F64(28, 1, 8),
    IQ1_M(29, 256, 56),
    BF16(30, 1, 2),
    TQ1_0(34, 256, 54),
    TQ2_0(35, 256, 66),
    MXFP4(39, 32, 17),
    NVFP4(40, 64, 36),
    F8_E4M3(-1, 1, 1),
    F8_E5M2(-1, 1, 1),
    F8_E8M0(-1, 1, 1),
    U8(-1, 1, 1),
    U16(-1, 1, 2),
    U32(-1, 1, 4),
    U64(-1, 1, 8),
    BOOL(-1, 1, 1);

    private static final DType[] BY_GGUF_ID = new DType[64];

    static {
        for (DType type : values()) {
            if (type.ggufId >= 0) {
                BY_GGUF_ID[type.ggufId] = type;
            }
        }
    }

    private final int ggufId;
    private final int blockElements;
    private final int blockBytes;

    DType(int ggufId, int blockElements, int blockBytes) {
        this.ggufId = ggufId;
        this.blockElements = blockElements;
        this.blockBytes = blockBytes;
    }

    /** The identifier in a GGUF file's tensor table, or -1 for a type that GGUF does not have. */
    public int ggufId() {
        return ggufId;
    }

    public int blockElements() {
        return blockElements;
    }

    public int blockBytes() {
        return blockBytes;
    }

    /** Whether several elements share a block and its scale. */
    public boolean isQuantised() {
        return blockElements > 1;
    }

    public static Optional<DType> ofGgufId(long id) {
        return id >= 0 && id < BY_GGUF_ID.length ? Optional.ofNullable(BY_GGUF_ID[(int) id]) : Optional.empty();
    }

    /**
     * The bytes of {@code elements} elements.
     *
     * @throws IllegalArgumentException unless {@code elements} is a whole number of blocks
     * @throws ArithmeticException if the result does not fit into a long
     */
    public long bytes(long elements) {
        if (elements < 0 || elements % blockElements != 0) {
            throw new IllegalArgumentException(
                    "elements: " + elements + " (expected: a multiple of " + blockElements + " for " + this + ")");
        }
        return Math.multiplyExact(elements / blockElements, (long) blockBytes);
    }
}
