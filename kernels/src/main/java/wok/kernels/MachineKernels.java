package wok.kernels;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import wok.assembler.CpuFeatures;

/**
 * Machine code assembled at start-up for the CPU at hand: the fastest set.
 *
 * <p>How it works. Each operation has a generator ({@link RmsNormCode}, …) which writes the canonical arithmetic down as
 * instructions, through {@link wok.assembler.Assembler}; this class looks up addresses and calls the result. Shapes were
 * checked by {@link Compute}, so a call passes addresses and counts and nothing else; {@link #address} checks once that a
 * run of elements lies in its segment. Code is compared with the reference before it is used: row operations when the set
 * is chosen ({@link SelfTest}), products when a model's first matrix of a family is loaded, attention with its shape;
 * what passed on this processor before is noted ({@link PassedChecks}).
 *
 * <p>Why not a library in C: nothing to compile, ship or find at run time, and the generator knows the shape. Why not
 * only the Vector API: it has no dot products of bytes, its classes take most of a second to load and warm up, and a
 * loop that is too long for the compiler allocates its vectors.
 *
 * <p>The code is freed when the kernels are no longer reachable. Stateless; any thread.
 */
final class MachineKernels implements LeafKernels {
    private static final String ROWS = "row operations";

    private final KernelSet set;
    private final MachineRows rows;
    private final PassedChecks checks;
    private final MachineMatmul products;
    private final MachineAttention attention;
    private final Optional<SplitAttention> splitAttention;
    private final MachineRowMatmul rowProducts;
    private final ReferenceKernels reference = new ReferenceKernels();
    private final Set<String> admitted = ConcurrentHashMap.newKeySet();
    private final Map<String, String> refused = new ConcurrentHashMap<>();

    MachineKernels(KernelSet set, MachineTier tier, MachineRows rows, PassedChecks checks) {
        this.set = set;
        this.rows = rows;
        this.checks = checks;
        products = new MachineMatmul(tier, set == KernelSet.MACHINE_AMX, checks);
        attention = new MachineAttention(tier, Arena.ofAuto(), checks);
        splitAttention = Optional.of(attention);
        rowProducts = new MachineRowMatmul(tier, checks);
    }

    /**
     * The set for a tier, assembled.
     *
     * @param amx whether products of many tokens take AMX's tiles
     * @throws KernelException if the machine is no x86-64, the CPU lacks what the tier needs, or the system or the JVM
     *     forbids calling assembled code
     */
    static MachineKernels create(MachineTier tier, boolean amx) {
        KernelSet set = amx ? KernelSet.MACHINE_AMX : tier.set();
        try {
            CpuFeatures cpu = CpuFeatures.read();
            List<String> missing = new ArrayList<>(tier.missing(cpu));
            if (amx && !cpu.amx()) {
                missing.add("AMX, or the system gives no leave to use it");
            }
            if (!missing.isEmpty()) {
                throw new KernelException(set + ": the CPU has no " + String.join(", ", missing));
            }
            MachineRows rows = MachineRows.assemble(tier, Arena.ofAuto());
            return new MachineKernels(set, tier, rows, PassedChecks.ofProcess(cpu));
        } catch (UnsupportedOperationException e) {
            throw new KernelException(set + ": " + e.getMessage(), e);
        }
    }

    @Override
    public String name() {
        return set.word();
    }

    @Override
    public KernelSet set() {
        return set;
    }

    /** Whether this very code of the row operations agreed with the reference before. */
    boolean rowsPassed() {
        return checks.passed(ROWS, rows.functions());
    }

    /** Notes that it does. */
    void noteRows() {
        checks.note(ROWS, rows.functions());
    }

    @Override
    public boolean multipliesOnHeap() {
        return false;
    }

    @Override
    public List<String> notes() {
        return refused.values().stream().sorted().toList();
    }

    @Override
    public void admit(PackedMatrix w) {
        String family = familyOf(w);
        if (admitted.add(family)) {
            try {
                products.admit(w);
                rowProducts.admit(w);
            } catch (KernelException e) {
                refused.put(family, "products of " + family + " are left to the reference: " + e.getMessage());
            }
        }
    }

    private static String familyOf(PackedMatrix w) {
        return w.family() + " with activations " + w.activationForm();
    }

    @Override
    public void quantise(FloatRows x, int row, QuantisedRows out) {
        if (out.blockColumns() == 32) {
            quantise32(x, row, out);
        } else {
            quantise256(x, row, out);
        }
    }

    /** What products by blocks of 32 need: no sums of 16. */
    private void quantise32(FloatRows x, int row, QuantisedRows out) {
        int blocks = out.blocks();
        long first = (long) row * blocks;
        rows.quantise32()
                .call(
                        address(x, row, 0, out.columns()),
                        blocks,
                        address(out.quants(), 32 * first, 32L * blocks),
                        address(out.scales(), 4 * first, 4L * blocks),
                        address(out.corrections32(), 4 * first, 4L * blocks),
                        address(out.sums32(), 4 * first, 4L * blocks));
    }

    private void quantise256(FloatRows x, int row, QuantisedRows out) {
        int blocks = out.blocks();
        long first = (long) row * blocks;
        long sums16 = address(out.corrections16(), 64 * first, 64L * blocks);
        rows.quantise256()
                .call(
                        address(x, row, 0, out.columns()),
                        blocks,
                        address(out.quants(), 256 * first, 256L * blocks),
                        address(out.scales(), 4 * first, 4L * blocks),
                        sums16,
                        0);
        rows.sums()
                .call(
                        sums16,
                        blocks,
                        address(out.corrections32(), 32 * first, 32L * blocks),
                        address(out.sums32(), 32 * first, 32L * blocks),
                        address(out.shortSums32(), 16 * first, 16L * blocks),
                        address(out.shortSums16(), 32 * first, 32L * blocks));
    }

    @Override
    public void matmul(PackedMatrix w, Activations x, int n, FloatRows y, int from, int to, Workspace workspace) {
        if (!refused.isEmpty() && refused.containsKey(familyOf(w))) {
            reference.matmul(w, x, n, y, from, to, workspace);
        } else if (n == 1 && MachineRowMatmul.multiplies(w)) {
            rowProducts.run(w, x, y, from, to, workspace);
        } else {
            products.run(w, x, n, y, from, to, workspace);
        }
    }

    @Override
    public void addBias(FloatRows y, int row, FloatRows bias) {
        rows.add().call(address(y, row, 0, y.columns()), address(bias, 0, 0, y.columns()), y.columns(), 0, 0, 0);
    }

    @Override
    public void rmsNorm(FloatRows x, int row, int at, FloatRows weight, float eps, FloatRows out, Workspace workspace) {
        int count = weight.columns();
        rows.rmsNorm()
                .call(
                        address(x, row, at, count),
                        address(out, row, at, count),
                        address(weight, 0, 0, count),
                        count,
                        1,
                        Float.floatToRawIntBits(eps));
    }

    @Override
    public void rmsNormHeads(FloatRows x, int row, int heads, FloatRows weight, float eps, Workspace workspace) {
        int count = weight.columns();
        long at = address(x, row, 0, heads * count);
        rows.rmsNorm().call(at, at, address(weight, 0, 0, count), count, heads, Float.floatToRawIntBits(eps));
    }

    @Override
    public void rope(FloatRows x, int row, int heads, int headDim, RopeTable table, int position) {
        long entry = 4L * position * table.pairs();
        rows.rope(table.pairing())
                .call(
                        address(x, row, 0, heads * headDim),
                        address(table.cosines(), entry, 4L * table.pairs()),
                        address(table.sines(), entry, 4L * table.pairs()),
                        table.pairs(),
                        heads,
                        4L * headDim);
    }

    @Override
    public void gatedActivation(
            FloatRows gate, FloatRows up, int row, GatedActivation kind, FloatRows out, Workspace workspace) {
        if (kind == GatedActivation.SWISH_ONE_MORE) {
            SharedRows.swishOneMore(gate, up, row, out);
            return;
        }
        int count = gate.columns();
        rows.gated(kind)
                .call(
                        address(gate, row, 0, count),
                        address(up, row, 0, count),
                        address(out, row, 0, count),
                        count,
                        0,
                        0);
    }

    @Override
    public void add(FloatRows x, FloatRows y, int row) {
        rows.add().call(address(x, row, 0, x.columns()), address(y, row, 0, x.columns()), x.columns(), 0, 0, 0);
    }

    @Override
    public void scale(FloatRows x, int row, float factor) {
        rows.scale().call(address(x, row, 0, x.columns()), x.columns(), Float.floatToRawIntBits(factor), 0, 0, 0);
    }

    @Override
    public void softcap(FloatRows x, int row, float cap) {
        rows.softcap().call(address(x, row, 0, x.columns()), x.columns(), Float.floatToRawIntBits(cap), 0, 0, 0);
    }

    @Override
    public void attention(AttentionTask task, int kvHead, int from, int to, Workspace workspace) {
        attention.attend(task, kvHead, from, to, workspace);
    }

    @Override
    public void append(KvLayer kv, FloatRows k, FloatRows v, int row, int block, int place) {
        attention.append(kv, k, v, row, block, place);
    }

    @Override
    public Optional<SplitAttention> splitAttention() {
        return splitAttention;
    }

    @Override
    public int argmax(FloatRows x, int row, Workspace workspace) {
        MemorySegment out = workspace.results();
        return argmax(address(x, row, 0, x.columns()), x.columns(), out);
    }

    private int argmax(long x, int count, MemorySegment out) {
        rows.greatest().call(x, count, out.address(), 0, 0, 0);
        rows.firstEqual().call(x, count, out.get(JAVA_INT, 0), out.address(), 0, 0);
        long equal = out.get(JAVA_LONG, 8);
        return equal == 0 ? 0 : (int) (out.get(JAVA_LONG, 0) / 4) + Long.numberOfTrailingZeros(equal);
    }

    @Override
    public float logSumExp(FloatRows x, int row, Workspace workspace) {
        MemorySegment out = workspace.results();
        long values = address(x, row, 0, x.columns());
        float greatest = x.get(row, argmax(values, x.columns(), out));
        rows.sumOfExps().call(values, x.columns(), Float.floatToRawIntBits(greatest), out.address(), 0, 0);
        return greatest + (float) StrictMath.log(out.get(JAVA_FLOAT, 0));
    }

    /** The address of {@code count} elements of a row from column {@code at} on, which must be there. */
    private static long address(FloatRows x, int row, int at, int count) {
        return address(x.memory(), x.offset(row, at), 4L * count);
    }

    /**
     * The address of {@code bytes} bytes of memory off the heap. Machine code checks nothing, so this does.
     *
     * @throws IndexOutOfBoundsException if the memory is shorter
     * @throws IllegalStateException if it was given back
     */
    static long address(MemorySegment memory, long offset, long bytes) {
        Objects.checkFromIndexSize(offset, bytes, memory.byteSize());
        if (!memory.scope().isAlive()) {
            throw new IllegalStateException("memory: given back (expected: its arena is open)");
        }
        return memory.address() + offset;
    }
}
