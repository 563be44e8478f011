package wok.kernels;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import wok.tensor.DType;
import wok.tensor.Shape;
import wok.tensor.Tensor;

/**
 * Runs small cases of operations with a kernel set and with the reference and compares bits: on the machine that will
 * compute, before it does. Cases are few and small, since in a cold process the reference runs interpreted. One thread.
 */
final class SelfTest {
    private static final int ROWS = 3;
    private static final int COLUMNS = 256;
    private static final int OUTPUTS = 19;

    /**
     * What came out for one operation.
     *
     * @param detail empty when it agrees
     */
    record Result(String operation, boolean agrees, String detail) {
        @Override
        public String toString() {
            return operation + (agrees ? ": same bits" : ": differs, " + detail);
        }
    }

    @FunctionalInterface
    private interface Operation {
        void run(Compute compute, Activations x, FloatRows out, Arena arena);
    }

    private final Kernels tested;
    private final Kernels reference;
    private final List<Result> results = new ArrayList<>();

    private SelfTest(Kernels tested, Kernels reference) {
        this.tested = tested;
        this.reference = reference;
    }

    /**
     * What has to be known before a set is chosen. The machine set's products and attention are assembled when a model
     * needs them, and are compared with the reference there.
     */
    static List<Result> atStart(LeafKernels tested, Kernels reference) {
        return tested instanceof MachineKernels machine
                ? rowOperations(machine, reference)
                : everything(tested, reference);
    }

    static List<Result> everything(Kernels tested, Kernels reference) {
        SelfTest test = new SelfTest(tested, reference);
        test.rowOperations();
        Set<QuantFormat> families = new HashSet<>();
        for (DType type : DType.values()) {
            if (type == DType.F32 || type == DType.F16 || type == DType.BF16) {
                test.product(type, ActivationPrecision.Q8);
            } else if (QuantFormat.of(type).filter(families::add).isPresent()) {
                test.product(type, ActivationPrecision.Q8);
                test.product(type, ActivationPrecision.F32);
            }
        }
        test.attention();
        return test.results;
    }

    private static List<Result> rowOperations(MachineKernels tested, Kernels reference) {
        if (tested.rowsPassed()) {
            return List.of(new Result("row operations, compared before", true, ""));
        }
        SelfTest test = new SelfTest(tested, reference);
        test.rowOperations();
        if (test.results.stream().allMatch(Result::agrees)) {
            tested.noteRows();
        }
        return test.results;
    }

    private void product(DType type, ActivationPrecision precision) {
        compare("product " + type + " " + precision, OUTPUTS, (compute, x, out, arena) -> {
            PackedMatrix w = WeightPacker.pack(weights(type, arena), precision, arena, compute.team());
            compute.prepare(x, ROWS, w.activationForm());
            compute.matmul(w, x, ROWS, out);
            FloatRows one = FloatRows.allocate(arena, 1, OUTPUTS);
            compute.matmul(w, x, 1, one);
            compute.add(out, one, 1);
        });
    }

    private void rowOperations() {
        quantisation();
        compare("RMSNorm", COLUMNS, (compute, x, out, arena) -> {
            compute.rmsNorm(x.f32(), ROWS, row(x, 0, arena), 1e-5f, out);
        });
        for (GatedActivation kind : GatedActivation.values()) {
            compare(
                    kind.toString(),
                    COLUMNS,
                    (compute, x, out, arena) -> compute.gatedActivation(x.f32(), x.f32(), ROWS, kind, out));
        }
        for (RopePairing pairing : RopePairing.values()) {
            compare("RoPE " + pairing, COLUMNS, (compute, x, out, arena) -> {
                RopeTable table = RopeTable.create(pairing, RopeTable.inverseFrequencies(1e4, 96), 1, 64);
                compute.add(out, x.f32(), ROWS);
                compute.rope(out, ROWS, 2, 128, table, new int[] {0, 17, 63});
            });
        }
        compare("add, scale, softcap", COLUMNS, (compute, x, out, arena) -> {
            compute.add(out, x.f32(), ROWS);
            compute.scale(out, ROWS, 1.7f);
            compute.softcap(out, ROWS, 2.5f);
            compute.addBias(out, ROWS, row(x, 1, arena));
        });
        vocabulary();
    }

    /** Quants and scales; the sums behind them are in the products that start from them. */
    private void quantisation() {
        for (ActivationForm form : List.of(ActivationForm.Q8_BLOCK32, ActivationForm.Q8_BLOCK256)) {
            compare("quantise " + form, COLUMNS + 1, (compute, x, out, arena) -> {
                compute.prepare(x, ROWS, form);
                QuantisedRows quantised = x.prepared(form);
                for (int row = 0; row < ROWS; row++) {
                    for (int column = 0; column < COLUMNS; column++) {
                        out.set(row, column, quantised.quant(row, column));
                    }
                    out.set(row, COLUMNS, quantised.scale(row, 0));
                }
            });
        }
    }

    private void vocabulary() {
        compare("arg-max, log-sum-exp", 2, (compute, x, out, arena) -> {
            for (int row = 0; row < ROWS; row++) {
                out.set(row, 0, compute.argmax(x.f32(), row));
                out.set(row, 1, compute.logSumExp(x.f32(), row));
            }
        });
    }

    /** A copy of one row. */
    private static FloatRows row(Activations x, int row, Arena arena) {
        FloatRows copy = FloatRows.allocate(arena, 1, x.columns());
        copy.setRow(0, x.f32().row(row), 0);
        return copy;
    }

    private void attention() {
        AttentionSpec spec = new AttentionSpec(4, 2, 64, 0.125f, 20, 30);
        for (KvType type : KvType.values()) {
            compare("attention " + type, COLUMNS, (compute, x, out, arena) -> {
                KvLayer kv = KvLayer.allocate(arena, 2, 2, 64, type);
                RowMap map = new RowMap(ROWS);
                FloatRows k = FloatRows.allocate(arena, ROWS, 128);
                for (int step = 0; step < 9; step++) {
                    map.clear();
                    for (int row = 0; row < ROWS; row++) {
                        map.add(step * ROWS + row, new int[] {1, 0});
                        k.setRow(row, x.f32().row(row), 40 * row + step);
                    }
                    compute.appendKv(kv, k, k, map);
                }
                compute.attention(x.f32(), kv, map, spec, out);
            });
        }
    }

    private void compare(String name, int outputs, Operation operation) {
        int[] expected = bits(reference, outputs, operation);
        int[] actual = bits(tested, outputs, operation);
        int at = Arrays.mismatch(expected, actual);
        String detail = at < 0
                ? ""
                : "element " + at + " is " + Float.intBitsToFloat(actual[at]) + " (expected: "
                        + Float.intBitsToFloat(expected[at]) + ")";
        results.add(new Result(name, at < 0, detail));
    }

    private static int[] bits(Kernels kernels, int outputs, Operation operation) {
        try (Arena arena = Arena.ofConfined();
                Compute compute = Compute.of(kernels, 1)) {
            Activations x = Activations.allocate(arena, ROWS, COLUMNS);
            Random random = new Random(1);
            for (int i = 0; i < ROWS * COLUMNS; i++) {
                x.f32().set(i / COLUMNS, i % COLUMNS, (float) random.nextGaussian());
            }
            FloatRows out = FloatRows.allocate(arena, ROWS, outputs);
            operation.run(compute, x, out, arena);
            int[] bits = new int[ROWS * outputs];
            Arrays.setAll(bits, i -> Float.floatToIntBits(out.get(i / outputs, i % outputs)));
            return bits;
        }
    }

    /** Random bytes are valid blocks; the top bits of every half-precision scale are cleared, so that it is finite. */
    private static Tensor weights(DType type, Arena arena) {
        byte[] bytes = new byte[(int) type.bytes((long) OUTPUTS * COLUMNS)];
        new Random(2).nextBytes(bytes);
        for (int i = 1; i < bytes.length; i += 2) {
            bytes[i] &= (byte) 0xBF;
        }
        MemorySegment data = arena.allocate(bytes.length, 8);
        MemorySegment.copy(MemorySegment.ofArray(bytes), 0, data, 0, bytes.length);
        return new Tensor("self-test", type, Shape.of(OUTPUTS, COLUMNS), data);
    }
}
