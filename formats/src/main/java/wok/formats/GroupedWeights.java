package wok.formats;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Optional;
import wok.tensor.DType;
import wok.tensor.RowConversion;
import wok.tensor.Shape;
import wok.tensor.Tensor;

/**
 * Weights of GPTQ and AWQ: codes with a scale and a zero for each group of inputs, in {@code X.qweight},
 * {@code X.scales}, {@code X.qzeros} and perhaps {@code X.g_idx}, which become {@code X.weight} [outputs, inputs].
 *
 * <pre>
 * W[o][k] = scale[g][o] * (code[o][k] - zero[g][o]),   g = g_idx[k], or k / group_size
 * </pre>
 *
 * <p>The product is not rounded; published kernels round it to F16. Where 32 neighbouring inputs share a group and
 * scales are F16 it is a block that GGUF has as well, exactly: zeros in the middle give {@link DType#Q4_0} (8 bits:
 * {@link DType#Q8_0}); with other zeros, code less zero has five bits with its sign, which is {@link DType#Q5_0}.
 * {@link DType#Q4_1} would be smaller and is wrong: its minimum, scale times zero, does not fit F16. Anything else
 * (groups in the order of activations, 8 bits with other zeros) is {@link DType#F32}.
 */
final class GroupedWeights implements RowConversion {
    private static final String CODES = ".qweight";
    private static final VarHandle INTS = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle SHORTS =
            MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final int BLOCK = 32;
    private static final long ONES = 0x0101010101010101L;
    private static final long LOW_HALVES = 0x0F0F0F0F0F0F0F0FL;

    /** A product with it moves the lowest bit of byte k to bit 56 + k. */
    private static final long GATHER = 0x0102040810204080L;

    /** Between rows of codes: rows apart by a power of two would fall into the same few lines of the cache. */
    private static final int ROW_GAP = 64;

    /** Sixteen rows of 32-bit floats fit an array. */
    private static final int INPUTS_MAX = 1 << 24;

    private final GroupedCodes codes;
    private final Tensor scales;
    private final DType made;
    private final int inputs;

    /** The group of each input. */
    private final int[] groups;

    private GroupedWeights(GroupedCodes codes, Tensor scales, int[] groups, DType made) {
        this.codes = codes;
        this.scales = scales;
        this.groups = groups;
        this.made = made;
        inputs = codes.inputs();
    }

    static void make(StoredTensors tensors, Quantisation.Grouped method) {
        for (Tensor qweight : tensors.all()) {
            if (qweight.name().endsWith(CODES)) {
                String stem = qweight.name().substring(0, qweight.name().length() - CODES.length());
                tensors.replace(qweight.name(), weight(tensors, method, stem, qweight));
            }
        }
    }

    private static Tensor weight(StoredTensors tensors, Quantisation.Grouped method, String stem, Tensor qweight) {
        Tensor qzeros = tensors.part(stem + ".weight", stem + ".qzeros");
        Tensor scales = tensors.part(stem + ".weight", stem + ".scales");
        Optional<Tensor> order = tensors.find(stem + ".g_idx");
        tensors.take(qzeros.name());
        tensors.take(scales.name());
        order.ifPresent(tensor -> tensors.take(tensor.name()));
        GroupedCodes codes = codes(tensors, method, qweight, qzeros);
        int groupSize = method.groupSize() == -1 ? codes.inputs() : method.groupSize();
        int groupCount = Math.ceilDiv(codes.inputs(), groupSize);
        requireShape(tensors, qzeros, DType.I32, groupCount, codes.outputs() * method.bits() / 32);
        requireScales(tensors, scales, groupCount, codes.outputs());
        int[] groups = new int[codes.inputs()];
        for (int k = 0; k < groups.length; k++) {
            groups[k] = k / groupSize;
        }
        boolean isInOrder = order.isEmpty() || readOrder(tensors, order.get(), groupCount, groups);
        boolean hasBlocks = isInOrder
                && scales.dtype() == DType.F16
                && codes.inputs() % BLOCK == 0
                && (groupSize % BLOCK == 0 || groupCount == 1);
        DType made = hasBlocks ? blockType(codes) : DType.F32;
        return Tensor.converted(
                stem + ".weight",
                made,
                Shape.of(codes.outputs(), codes.inputs()),
                new GroupedWeights(codes, scales, groups, made),
                List.of(qweight.data(), qzeros.data(), scales.data()));
    }

    private static GroupedCodes codes(
            StoredTensors tensors, Quantisation.Grouped method, Tensor qweight, Tensor qzeros) {
        int perWord = 32 / method.bits();
        Shape shape = qweight.shape();
        if (qweight.dtype() != DType.I32 || shape.rank() != 2 || qweight.bytes() == 0) {
            throw tensors.failure(qweight, qweight.dtype() + " " + shape, "a matrix of I32");
        }
        long inputs = shape.rows() * (method.isAwq() ? 1 : perWord);
        long outputs = shape.columns() * (method.isAwq() ? perWord : 1);
        if (inputs > INPUTS_MAX || outputs > Integer.MAX_VALUE || outputs % perWord != 0) {
            throw tensors.failure(
                    qweight,
                    "shape " + shape + " of " + outputs + " outputs and " + inputs + " inputs",
                    "a multiple of " + perWord + " outputs, and up to " + INPUTS_MAX + " inputs");
        }
        return new GroupedCodes(method, qweight.data(), qzeros.data(), (int) inputs, (int) outputs);
    }

    private static void requireShape(StoredTensors tensors, Tensor tensor, DType type, long rows, long columns) {
        if (tensor.dtype() != type || !tensor.shape().equals(Shape.of(rows, columns))) {
            throw tensors.failure(tensor, tensor.dtype() + " " + tensor.shape(), type + " " + Shape.of(rows, columns));
        }
    }

    private static void requireScales(StoredTensors tensors, Tensor scales, long rows, long columns) {
        DType type = scales.dtype() == DType.BF16 || scales.dtype() == DType.F32 ? scales.dtype() : DType.F16;
        requireShape(tensors, scales, type, rows, columns);
    }

    /** Reads g_idx over {@code groups}; true if it says what they were. */
    private static boolean readOrder(StoredTensors tensors, Tensor order, int groupCount, int[] groups) {
        if (order.dtype() != DType.I32 || !order.shape().equals(Shape.of(groups.length))) {
            throw tensors.failure(order, order.dtype() + " " + order.shape(), "I32 " + Shape.of(groups.length));
        }
        boolean isSame = true;
        for (int k = 0; k < groups.length; k++) {
            int group = order.data().get(GgufValueType.LE_INT, (long) k * Integer.BYTES);
            if (group < 0 || group >= groupCount) {
                throw tensors.failure(order, "group " + group, "0 to " + (groupCount - 1));
            }
            isSame &= groups[k] == group;
            groups[k] = group;
        }
        return isSame;
    }

    private static DType blockType(GroupedCodes codes) {
        boolean isSymmetric = codes.isSymmetric();
        if (codes.method().bits() == 8) {
            return isSymmetric ? DType.Q8_0 : DType.F32;
        }
        return isSymmetric ? DType.Q4_0 : DType.Q5_0;
    }

    @Override
    public void convert(long first, int count, byte[] to) {
        int stride = inputs + ROW_GAP;
        byte[] values = new byte[count * stride];
        codes.codes((int) first, count, values, stride);
        for (int i = 0; i < count; i++) {
            int output = (int) first + i;
            if (made == DType.F32) {
                floats(output, values, i * stride, to, i * inputs * Float.BYTES);
            } else {
                blocks(output, values, i * stride, to, i * (inputs / BLOCK) * made.blockBytes());
            }
        }
    }

    private void floats(int output, byte[] values, int from, byte[] to, int at) {
        int group = -1;
        float scale = 0;
        int zero = 0;
        for (int k = 0; k < inputs; k++) {
            if (groups[k] != group) {
                group = groups[k];
                scale = scale(group, output);
                zero = codes.zero(group, output);
            }
            float value = scale * ((values[from + k] & 0xFF) - zero);
            INTS.set(to, at + k * Float.BYTES, Float.floatToRawIntBits(value));
        }
    }

    private float scale(int group, int output) {
        long at = (long) group * codes.outputs() + output;
        MemorySegment data = scales.data();
        return switch (scales.dtype()) {
            case F16 -> Float.float16ToFloat(data.get(GgufValueType.LE_SHORT, 2 * at));
            case BF16 -> Float.intBitsToFloat(data.get(GgufValueType.LE_SHORT, 2 * at) << 16);
            default -> data.get(GgufValueType.LE_FLOAT, 4 * at);
        };
    }

    /** GGUF's blocks of 32 codes: the scale, then the codes as the type has them. */
    private void blocks(int output, byte[] values, int from, byte[] to, int start) {
        MemorySegment halves = scales.data();
        int group = -1;
        short scale = 0;
        int addend = 0;
        for (int block = 0; block < inputs / BLOCK; block++) {
            if (groups[block * BLOCK] != group) {
                group = groups[block * BLOCK];
                scale = halves.get(GgufValueType.LE_SHORT, ((long) group * codes.outputs() + output) * Short.BYTES);
                addend = 16 - codes.zero(group, output);
            }
            int at = start + block * made.blockBytes();
            SHORTS.set(to, at, scale);
            switch (made) {
                case Q4_0 -> nibbles(values, from + block * BLOCK, 0, to, at + 2);
                case Q5_0 -> fiveBits(values, from + block * BLOCK, addend, to, at + 2);
                default -> signedBytes(values, from + block * BLOCK, to, at + 2);
            }
        }
    }

    /** Elements 0-15 in the low halves of sixteen bytes, 16-31 in the high; eight at a time. */
    private static void nibbles(byte[] values, int from, int addend, byte[] to, int at) {
        for (int k = 0; k < BLOCK / 2; k += 8) {
            long low = eight(values, from + k, addend) & LOW_HALVES;
            long high = eight(values, from + BLOCK / 2 + k, addend) & LOW_HALVES;
            LONGS.set(to, at + k, low | high << 4);
        }
    }

    private static long eight(byte[] values, int from, int addend) {
        return (long) LONGS.get(values, from) + addend * ONES;
    }

    /** The fifth bits, u32, then the others. */
    private static void fiveBits(byte[] values, int from, int addend, byte[] to, int at) {
        int fifth = 0;
        for (int k = 0; k < BLOCK; k += 8) {
            long bits = (eight(values, from + k, addend) >>> 4) & ONES;
            fifth |= (int) ((bits * GATHER) >>> 56) << k;
        }
        INTS.set(to, at, fifth);
        nibbles(values, from, addend, to, at + Integer.BYTES);
    }

    /** Codes less 128. */
    private static void signedBytes(byte[] values, int from, byte[] to, int at) {
        for (int k = 0; k < BLOCK; k += 8) {
            LONGS.set(to, at + k, (long) LONGS.get(values, from + k) ^ (ONES << 7));
        }
    }
}
