package wok.kernels;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import wok.tensor.DType;
import wok.tensor.Shape;
import wok.tensor.Tensor;

/**
 * Blocks of every supported file type [2 rows x 512 columns], and the values that gguf-py and ggml's C code give them.
 */
final class GoldenBlocks {
    static final int ROWS = 2;
    static final int COLUMNS = 512;
    static final List<DType> TYPES = List.of(
            DType.F32,
            DType.F16,
            DType.BF16,
            DType.Q8_0,
            DType.Q4_0,
            DType.Q4_1,
            DType.Q5_0,
            DType.Q5_1,
            DType.Q2_K,
            DType.Q3_K,
            DType.Q4_K,
            DType.Q5_K,
            DType.Q6_K,
            DType.IQ4_NL,
            DType.IQ4_XS,
            DType.MXFP4,
            DType.IQ1_S,
            DType.IQ1_M,
            DType.IQ2_XXS,
            DType.IQ2_XS,
            DType.IQ2_S,
            DType.IQ3_XXS,
            DType.IQ3_S,
            DType.TQ1_0,
            DType.TQ2_0,
            DType.NVFP4);

    private GoldenBlocks() {}

    static Tensor tensor(DType type) {
        return new Tensor("weight", type, Shape.of(ROWS, COLUMNS), MemorySegment.ofArray(bytes(type + ".bin")));
    }

    static float[] expected(DType type) {
        float[] values = new float[ROWS * COLUMNS];
        ByteBuffer.wrap(bytes(type + ".expected.f32"))
                .order(ByteOrder.LITTLE_ENDIAN)
                .asFloatBuffer()
                .get(values);
        return values;
    }

    /**
     * A matrix whose rows are blocks of the golden tensor in another order: real blocks, any number of rows and blocks.
     */
    static Tensor tensor(DType type, int rows, int columns, Arena arena) {
        MemorySegment golden = tensor(type).data();
        int unit = Math.max(type.blockElements(), 32);
        long unitBytes = type.bytes(unit);
        long units = golden.byteSize() / unitBytes;
        MemorySegment data = arena.allocate(type.bytes((long) rows * columns));
        for (long i = 0; i < (long) rows * columns / unit; i++) {
            MemorySegment.copy(golden, (i * 7 + i / 5) % units * unitBytes, data, i * unitBytes, unitBytes);
        }
        return new Tensor("weight", type, Shape.of(rows, columns), data);
    }

    /** Blocks whose bytes are all {@code filling}, but for half-precision numbers, which are 1. */
    static Tensor filled(DType type, int rows, int columns, byte filling, Arena arena) {
        int[] halves = switch (type) {
            case Q4_K, Q5_K -> new int[] {0, 2};
            case Q2_K -> new int[] {80, 82};
            case Q3_K -> new int[] {108};
            case Q6_K -> new int[] {208};
            case Q4_1, Q5_1 -> new int[] {0, 2};
            case MXFP4, NVFP4, IQ1_M, F32, F16, BF16 -> new int[0];
            case TQ1_0 -> new int[] {52};
            case TQ2_0 -> new int[] {64};
            default -> new int[] {0};
        };
        MemorySegment data = arena.allocate(type.bytes((long) rows * columns));
        data.fill(filling);
        for (long block = 0; block < data.byteSize(); block += type.blockBytes()) {
            for (int half : halves) {
                data.set(ValueLayout.JAVA_SHORT_UNALIGNED, block + half, Float.floatToFloat16(1));
            }
            if (type == DType.IQ1_M) {
                scatteredOne(data, block + 48);
            }
        }
        return new Tensor("filled", type, Shape.of(rows, columns), data);
    }

    /** Four bits of the half-precision number in the top of each of four 16-bit words. */
    private static void scatteredOne(MemorySegment data, long at) {
        int one = Float.floatToFloat16(1);
        for (int i = 0; i < 4; i++) {
            int low = data.get(ValueLayout.JAVA_BYTE, at + 2L * i + 1) & 0xF;
            data.set(ValueLayout.JAVA_BYTE, at + 2L * i + 1, (byte) (low | ((one >>> (4 * i)) & 0xF) << 4));
        }
    }

    private static byte[] bytes(String name) {
        try (InputStream in = GoldenBlocks.class.getResourceAsStream("/gguf-types/" + name)) {
            if (in == null) {
                throw new IllegalStateException(name + ": not among the test resources");
            }
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
