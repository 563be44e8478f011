package wok.tensor;

/**
 * The values of 8-bit floats, exactly: what {@link Float#float16ToFloat} is for 16 bits. Source: OCP 8-bit Floating
 * Point Specification 1.0 and OCP Microscaling Formats 1.0. Stateless; any thread.
 */
public final class Float8 {
    private static final int CODES = 256;
    private static final float[] E4M3 = new float[CODES];
    private static final float[] E5M2 = new float[CODES];

    static {
        for (int code = 0; code < CODES; code++) {
            E4M3[code] = e4m3Value(code);
            E5M2[code] = Float.float16ToFloat((short) (code << 8));
        }
    }

    private Float8() {}

    /** Sign, 4 bits of exponent (bias 7), 3 of mantissa: up to 448, no infinities, NaN only where all bits are set. */
    public static float e4m3(byte code) {
        return E4M3[code & 0xFF];
    }

    /** The upper half of a half-precision number: sign, 5 bits of exponent, 2 of mantissa. */
    public static float e5m2(byte code) {
        return E5M2[code & 0xFF];
    }

    /** 2^(code - 127) with the code unsigned, NaN for 255. */
    public static float e8m0(byte code) {
        return switch (code) {
            case -1 -> Float.NaN;
            case 0 -> 0x1p-127f;
            default -> Float.intBitsToFloat((code & 0xFF) << 23);
        };
    }

    private static float e4m3Value(int code) {
        int exponent = (code >>> 3) & 0xF;
        int mantissa = code & 7;
        float size = exponent == 0 ? mantissa * 0x1p-9f : Math.scalb(8 + mantissa, exponent - 10);
        return (code & 0x7F) == 0x7F ? Float.NaN : (code & 0x80) == 0 ? size : -size;
    }
}
