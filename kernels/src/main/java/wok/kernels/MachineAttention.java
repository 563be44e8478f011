package wok.kernels;

import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;

/**
 * Attention in machine code, equal to {@link ReferenceAttention} bit for bit. Code is assembled for each shape that
 * comes up (a model has one or two), once it has been found to give the reference's bits; {@link AttentionWorker} does the
 * work. Any thread.
 */
final class MachineAttention implements SplitAttention {
    private final MachineTier tier;
    private final Arena arena;
    private volatile List<AttentionCode> codes = List.of();

    /** {@code arena} owns the code. */
    MachineAttention(MachineTier tier, Arena arena) {
        this.tier = tier;
        this.arena = arena;
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
        AttentionCheck.run(code);
        List<AttentionCode> more = new ArrayList<>(codes);
        more.add(code);
        codes = List.copyOf(more);
        return code;
    }
}
