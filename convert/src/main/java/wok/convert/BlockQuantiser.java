package wok.convert;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import wok.tensor.DType;

/**
 * Writes blocks of one storage type; layouts are those of {@code ggml-common.h}, said at each implementation. An
 * instance has scratch memory: one thread.
 */
sealed interface BlockQuantiser
        permits FloatBlock,
                EightBitBlock,
                SymmetricBlock,
                AffineBlock,
                CodebookBlock,
                MicroscalingBlock,
                AffineSuperBlock,
                SymmetricSuperBlock {

    ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    /**
     * Writes one block.
     *
     * @param x finite values; the block is {@code x[at]} and following
     * @param w how much an error in each of the block's values weighs, from 0 on
     * @throws ConvertException if a scale is beyond what the type can store
     */
    void write(float[] x, int at, float[] w, MemorySegment out, long outAt);

    /** A new one. */
    static BlockQuantiser of(DType type) {
        return switch (type) {
            case F32, F16, BF16 -> new FloatBlock(type);
            case Q8_0 -> new EightBitBlock();
            case Q4_0 -> new SymmetricBlock(4);
            case Q5_0 -> new SymmetricBlock(5);
            case Q4_1 -> new AffineBlock(4);
            case Q5_1 -> new AffineBlock(5);
            case IQ4_NL -> new CodebookBlock();
            case MXFP4 -> new MicroscalingBlock();
            case Q4_K -> new AffineSuperBlock(4);
            case Q5_K -> new AffineSuperBlock(5);
            case Q6_K -> new SymmetricSuperBlock();
            default -> throw new ConvertException("type: " + type + " (expected: one of " + Quantiser.TYPES + ")");
        };
    }

    /** The nearest half-precision number. */
    static float half(double value) {
        return Float.float16ToFloat(Float.floatToFloat16((float) value));
    }

    /** Stores a scale, which must be a half-precision number. */
    static void putHalf(MemorySegment out, long at, float value) {
        if (Float.isInfinite(value)) {
            throw new ConvertException("a scale beyond 65504");
        }
        out.set(SHORT, at, Float.floatToFloat16(value));
    }

    /** Sixteen bytes: codes 0 to 15 in the low halves, 16 to 31 in the high ones. */
    static void putNibbles(MemorySegment out, long at, float[] codes) {
        for (int i = 0; i < 16; i++) {
            int low = (int) codes[i] & 15;
            int high = (int) codes[i + 16] & 15;
            out.set(ValueLayout.JAVA_BYTE, at + i, (byte) (low | (high << 4)));
        }
    }

    /** Bit 4 of 32 codes. */
    static int fifthBits(float[] codes) {
        int bits = 0;
        for (int i = 0; i < 32; i++) {
            bits |= (((int) codes[i] >> 4) & 1) << i;
        }
        return bits;
    }
}
