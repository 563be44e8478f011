package wok.kernels;

import java.lang.foreign.Arena;
import wok.tensor.DType;
import wok.tensor.Tensor;

/**
 * Rearranges every file type losslessly into one of the few packed families. A new file type is a case in
 * {@link BlockParts} and {@link BlockPlanes} and a line in {@link QuantFormat}, not a new kernel. The packed bytes are a
 * pure function of the tensor's bytes and its type, so that they may be kept, see {@link PackingMemory}. Stateless;
 * any thread.
 */
public final class WeightPacker {
    /** Groups are shared out in this many tasks per thread. */
    private static final int TASKS_PER_THREAD = 6;

    /**
     * Another number when the packed bytes of any type are others: what was packed by another version of this class is
     * known by it. A test packs small matrices of all types and compares its checksum with this one, so that nobody can
     * forget to change it; packing them at every start took 50 milliseconds of a cold process.
     */
    public static final long LAYOUT = 0x49a3_2da4L;

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
                .map(format -> packQuants(weight, format, precision, memory, team))
                .orElseGet(() -> packFloats(weight, memory, team));
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
        PackedFloats packed = PackedFloats.of(memory, rows(weight), columns(weight), floatType(weight.dtype()));
        fill(memory, packed, team, (from, to) -> FloatPacking.run(weight, packed, from, to));
        return packed;
    }

    /** F16 holds every 8-bit float and every value of NVFP4 (E4M3 times E2M1: 6 bits) exactly. */
    private static DType floatType(DType type) {
        return switch (type) {
            case F8_E4M3, F8_E5M2, NVFP4 -> DType.F16;
            case F64 -> DType.F32;
            default -> type;
        };
    }

    private static PackedMatrix packQuants(
            Tensor weight, QuantFormat format, ActivationPrecision precision, PackingMemory memory, ThreadTeam team) {
        boolean exact = precision == ActivationPrecision.F32;
        PackedQuants packed = format.superBlock()
                ? PackedSuperBlocks.of(
                        memory,
                        rows(weight),
                        columns(weight),
                        format,
                        exact ? ActivationForm.F32 : ActivationForm.Q8_BLOCK256)
                : PackedBlocks.of(
                        memory,
                        rows(weight),
                        columns(weight),
                        format,
                        exact ? ActivationForm.F32 : ActivationForm.Q8_BLOCK32);
        fill(memory, packed, team, (from, to) -> QuantPacking.run(weight, packed, from, to));
        return packed;
    }

    @FunctionalInterface
    private interface Groups {
        void pack(int from, int to);
    }

    private static void fill(PackingMemory memory, PackedMatrix packed, ThreadTeam team, Groups operation) {
        if (!memory.isFilled()) {
            int groups = packed.groups();
            int tasks = Math.min(groups, team.threads() * TASKS_PER_THREAD);
            team.run(
                    tasks,
                    (task, worker) -> operation.pack(
                            (int) ((long) groups * task / tasks), (int) ((long) groups * (task + 1) / tasks)));
        }
    }

    private static int rows(Tensor weight) {
        return (int) weight.shape().rows();
    }

    private static int columns(Tensor weight) {
        return (int) weight.shape().columns();
    }
}
