package wok.kernels;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Objects;
import java.util.zip.CRC32C;
import wok.tensor.DType;
import wok.tensor.Shape;
import wok.tensor.Tensor;

/**
 * Widens every file type losslessly into one of the few packed families. A new file type is a case in
 * {@link BlockParts} and a line in {@link QuantFormat}, not a new kernel. Stateless; any thread.
 */
public final class WeightPacker {
    private static final int ROWS = PackedMatrix.GROUP_ROWS;
    /** The matrix of {@link #layout}: a group and a padded one, a block of every kind. */
    private static final int LAYOUT_ROWS = ROWS + 1;

    private static final int LAYOUT_COLUMNS = 256;

    private WeightPacker() {}

    /** Packs a matrix into new memory of an arena that allows access from the team's threads. */
    public static PackedMatrix pack(Tensor weight, ActivationPrecision precision, Arena arena, ThreadTeam team) {
        return pack(weight, precision, PackingMemory.of(arena), team);
    }

    /**
     * Packs a matrix [rows, columns], or takes it as it was packed before.
     *
     * @param memory where it goes or is
     * @throws KernelException if the type is not supported
     * @throws IllegalArgumentException if the tensor is not a matrix
     */
    public static PackedMatrix pack(
            Tensor weight, ActivationPrecision precision, PackingMemory memory, ThreadTeam team) {
        if (weight.shape().rank() != 2
                || weight.shape().rows() > Integer.MAX_VALUE
                || weight.shape().columns() > Integer.MAX_VALUE
                || weight.shape().elements() == 0) {
            throw new IllegalArgumentException(
                    weight.name() + ": shape " + weight.shape() + " (expected: rows x columns, 1 and more)");
        }
        if (!BlockDecoder.supports(weight.dtype())) {
            throw BlockDecoder.unsupported(weight.dtype());
        }
        return QuantFormat.of(weight.dtype())
                .map(format -> packQuantised(weight, format, precision, memory, team))
                .orElseGet(() -> packFloats(weight, memory, team));
    }

    /**
     * A number that is another one when the packed bytes of this type are: the checksum of a small matrix, packed. What
     * was packed by another version of this class is known by it, without anybody having to count versions.
     */
    public static long layout(DType type, ThreadTeam team) {
        try (Arena arena = Arena.ofShared()) {
            Shape shape = Shape.of(LAYOUT_ROWS, LAYOUT_COLUMNS);
            MemorySegment data = arena.allocate(type.bytes(shape.elements()), 8);
            for (long at = 0; at < data.byteSize(); at++) {
                data.set(JAVA_BYTE, at, (byte) (at * 89 + (at >>> 7) * 31));
            }
            MemorySegment[] packed = {MemorySegment.NULL};
            PackingMemory memory = PackingMemory.of((bytes, alignment) -> packed[0] = arena.allocate(bytes, alignment));
            pack(new Tensor("layout", type, shape, data), ActivationPrecision.Q8, memory, team);
            CRC32C sum = new CRC32C();
            sum.update(packed[0].asByteBuffer());
            return packed[0].byteSize() << 32 | sum.getValue();
        }
    }

    private static void fill(PackingMemory memory, PackedMatrix packed, ThreadTeam team, ThreadTeam.Task packGroup) {
        if (!memory.isFilled()) {
            team.run(packed.groups(), packGroup);
        }
    }

    /** All values of a norm weight, a bias or another small tensor, exactly. */
    public static float[] floats(Tensor tensor) {
        return BlockDecoder.decodeAll(tensor);
    }

    /** The same, off heap: one row as operations take it. */
    public static FloatRows row(Tensor tensor, Arena arena) {
        float[] values = floats(tensor);
        FloatRows row = FloatRows.allocate(arena, 1, values.length);
        row.setRow(0, values, 0);
        return row;
    }

    private static PackedMatrix packFloats(Tensor weight, PackingMemory memory, ThreadTeam team) {
        DType type = switch (weight.dtype()) {
            case BF16 -> DType.BF16;
            case F16 -> DType.F16;
            default -> DType.F32;
        };
        PackedFloats packed = PackedFloats.of(memory, rows(weight), columns(weight), type);
        fill(memory, packed, team, (group, worker) -> {
            float[] values = new float[packed.columns()];
            for (int row = group * ROWS; row < Math.min(packed.rows(), (group + 1) * ROWS); row++) {
                BlockDecoder.decode(weight.dtype(), weight.row(row), 0, values.length, values, 0);
                writeRow(packed, row, values);
            }
        });
        return packed;
    }

    /** Values come from the packed type, so narrowing them back is exact. */
    private static void writeRow(PackedFloats packed, int row, float[] values) {
        MemorySegment memory = packed.memory();
        for (int column = 0; column < values.length; column++) {
            long element = packed.element(row, column);
            switch (packed.type()) {
                case F16 -> memory.set(JAVA_SHORT, 2 * element, Float.floatToFloat16(values[column]));
                case BF16 ->
                    memory.set(JAVA_SHORT, 2 * element, (short) (Float.floatToRawIntBits(values[column]) >>> 16));
                default -> memory.set(JAVA_FLOAT, 4 * element, values[column]);
            }
        }
    }

    private static PackedMatrix packQuantised(
            Tensor weight, QuantFormat format, ActivationPrecision precision, PackingMemory memory, ThreadTeam team) {
        boolean exact = precision == ActivationPrecision.F32;
        if (format.superBlock()) {
            ActivationForm form = exact ? ActivationForm.F32 : ActivationForm.Q8_BLOCK256;
            PackedSuperBlocks packed = PackedSuperBlocks.of(memory, rows(weight), columns(weight), format, form);
            fill(memory, packed, team, (group, worker) -> packGroup(weight, packed, group));
            return packed;
        }
        ActivationForm form = exact ? ActivationForm.F32 : ActivationForm.Q8_BLOCK32;
        PackedBlocks packed = PackedBlocks.of(memory, rows(weight), columns(weight), format, form);
        fill(memory, packed, team, (group, worker) -> packGroup(weight, packed, group));
        return packed;
    }

    private static void packGroup(Tensor weight, PackedBlocks packed, int group) {
        BlockParts parts = new BlockParts();
        for (int row = group * ROWS; row < Math.min(packed.rows(), (group + 1) * ROWS); row++) {
            MemorySegment data = weight.row(row);
            int lane = row % ROWS;
            for (int block = 0; block < packed.blocks(); block++) {
                parts.read(weight.dtype(), data, (long) block * weight.dtype().blockBytes());
                long at = packed.blockOffset(group, block);
                packed.memory().set(JAVA_FLOAT, at + 4L * lane, parts.scale);
                if (packed.hasMin()) {
                    packed.memory().set(JAVA_FLOAT, at + 64 + 4L * lane, parts.minScale);
                }
                writeQuants(
                        packed.memory(), at + packed.quantsOffset(), lane, parts, 0, packed.bits(), packed.offset());
            }
        }
    }

    private static void packGroup(Tensor weight, PackedSuperBlocks packed, int group) {
        BlockParts parts = new BlockParts();
        for (int row = group * ROWS; row < Math.min(packed.rows(), (group + 1) * ROWS); row++) {
            MemorySegment data = weight.row(row);
            for (int block = 0; block < packed.blocks(); block++) {
                parts.read(weight.dtype(), data, (long) block * weight.dtype().blockBytes());
                writeSuperBlock(packed, packed.blockOffset(group, block), row % ROWS, parts);
            }
        }
    }

    private static void writeSuperBlock(PackedSuperBlocks packed, long at, int lane, BlockParts parts) {
        MemorySegment memory = packed.memory();
        QuantFormat format = packed.format();
        memory.set(JAVA_FLOAT, at + 4L * lane, parts.scale);
        if (format.hasMin()) {
            memory.set(JAVA_FLOAT, at + packed.minScalesOffset() + 4L * lane, parts.minScale);
        }
        for (int sub = 0; sub < PackedSuperBlocks.BLOCK_COLUMNS / format.subColumns(); sub++) {
            long place = at + sub * (long) ROWS + lane;
            memory.set(JAVA_BYTE, place + packed.subScalesOffset(), (byte) parts.subScales[sub]);
            if (format.hasMin()) {
                memory.set(JAVA_BYTE, place + packed.subMinsOffset(), (byte) parts.subMins[sub]);
            }
        }
        for (int run = 0; run < 8; run++) {
            long quants = at + packed.quantsOffset() + (long) run * PackedBlocks.quantBytes(format.bits());
            writeQuants(memory, quants, lane, parts, run * 32, format.bits(), format.offset());
        }
    }

    private static void writeQuants(
            MemorySegment memory, long at, int lane, BlockParts parts, int from, int bits, int offset) {
        int columns = bits == 8 ? 32 : 16;
        for (int column = 0; column < columns; column += 4) {
            int packed = fourBytes(parts.quants, from + column, offset, bits);
            if (bits == 4) {
                packed |= fourBytes(parts.quants, from + column + 16, offset, bits) << 4;
            }
            memory.set(PackedBlocks.FOUR_COLUMNS, at + 16L * column + 4L * lane, packed);
        }
    }

    /** Four neighbouring quants, made unsigned, as the bytes of an int. */
    private static int fourBytes(int[] quants, int from, int offset, int bits) {
        int a = quants[from] + offset;
        int b = quants[from + 1] + offset;
        int c = quants[from + 2] + offset;
        int d = quants[from + 3] + offset;
        Objects.checkIndex(a | b | c | d, 1 << bits);
        return a | b << 8 | c << 16 | d << 24;
    }

    private static int rows(Tensor weight) {
        return (int) weight.shape().rows();
    }

    private static int columns(Tensor weight) {
        return (int) weight.shape().columns();
    }
}
