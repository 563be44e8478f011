package wok.kernels;

import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import wok.assembler.MachineFunction;

/**
 * Attention in machine code, equal to {@link ReferenceAttention} bit for bit. Code is assembled for each shape that
 * comes up (a model has one or two), once it has been found to give the reference's bits; {@link AttentionWorker} does
 * the work. Any thread.
 */
final class MachineAttention implements SplitAttention {
    private final MachineTier tier;
    private final PassedChecks checks;
    private final Arena arena;
    private final MachineFunction append;
    private volatile List<AttentionCode> codes = List.of();

    /** {@code arena} owns the code. */
    MachineAttention(MachineTier tier, Arena arena, PassedChecks checks) {
        this.tier = tier;
        this.checks = checks;
        this.arena = arena;
        append = KvAppendCode.assemble(arena);
    }

    /** As {@link LeafKernels#append}: half-precision numbers here, others by {@link KvLayer}. */
    void append(KvLayer kv, FloatRows k, FloatRows v, int row, int block, int place) {
        if (kv.type() != KvType.F16 || kv.joined()) {
            kv.append(k, v, row, block, place);
            return;
        }
        int dims = kv.headDim();
        long from = MachineKernels.address(k.memory(), k.offset(row, 0), 4L * k.columns());
        long values = MachineKernels.address(v.memory(), v.offset(row, 0), 4L * k.columns());
        long memory = MachineKernels.address(kv.memory(), 0, kv.bytes());
        Objects.checkIndex(place, KvLayer.BLOCK_POSITIONS);
        for (int head = 0; head < kv.kvHeads(); head++) {
            append.call(
                    from + 4L * head * dims,
                    memory + kv.keys(block, head) + 2L * place,
                    values + 4L * head * dims,
                    memory + kv.values(block, head) + 2L * place * dims,
                    dims,
                    0);
        }
    }

    /** As {@link LeafKernels#attention}. */
    void attend(AttentionTask task, int kvHead, int from, int to, Workspace workspace) {
        AttentionCode code = code(task.kv(), task.spec());
        workspace.attentionWorker().begin(task, code, kvHead, from, to).attend();
    }

    @Override
    public long recordBytes(AttentionSpec spec) {
        return AttentionShape.recordBytes(spec.headDim());
    }

    @Override
    public void split(AttentionTask task, int kvHead, int from, int to, int split, long records, Workspace workspace) {
        AttentionCode code = code(task.kv(), task.spec());
        workspace.attentionWorker().begin(task, code, kvHead, from, to).split(split, records);
    }

    @Override
    public void combine(
            AttentionTask task, int kvHead, int from, int to, int firstSplit, long records, Workspace workspace) {
        AttentionCode code = code(task.kv(), task.spec());
        workspace.attentionWorker().begin(task, code, kvHead, from, to).combine(firstSplit, records);
    }

    /**
     * The code for a shape.
     *
     * @throws KernelException if it does not give the reference's bits on this machine
     */
    private AttentionCode code(KvLayer kv, AttentionSpec spec) {
        List<AttentionCode> seen = codes;
        for (int i = 0; i < seen.size(); i++) {
            if (seen.get(i).shape().serves(kv, spec)) {
                return seen.get(i);
            }
        }
        return assemble(AttentionShape.of(tier, kv, spec));
    }

    private synchronized AttentionCode assemble(AttentionShape shape) {
        for (AttentionCode code : codes) {
            if (code.shape().equals(shape)) {
                return code;
            }
        }
        AttentionCode code = AttentionCode.assemble(shape, arena);
        String what = "attention over " + shape.type() + ", heads of " + shape.dims();
        checks.once(what, code.functions(), () -> AttentionCheck.run(code));
        List<AttentionCode> more = new ArrayList<>(codes);
        more.add(code);
        codes = List.copyOf(more);
        return code;
    }
}
