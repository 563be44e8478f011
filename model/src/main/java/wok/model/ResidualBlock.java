package wok.model;

import java.lang.foreign.MemorySegment;
import java.util.Optional;
import wok.kernels.Compute;

/**
 * A block with its place in the residual stream: {@code residual += scale * after(block(entry(residual)))}.
 *
 * @param after a second norm, on the block's output
 * @param scale 1 nearly everywhere
 */
record ResidualBlock(Entry entry, Block block, Optional<Norm> after, float scale) {

    /** What a block reads. */
    sealed interface Entry {
        /** The residual stream, normed. */
        record Normed(Norm norm) implements Entry {}

        /** The residual stream itself: OLMo 2. */
        record Plain() implements Entry {}

        /** What the block before it read: Cohere, whose two blocks stand side by side. */
        record Shared() implements Entry {}
    }

    /** Whether it needs more rows than those whose logits are wanted. */
    boolean looksBack() {
        return block.looksBack() || entry instanceof Entry.Shared;
    }

    /** Takes the first {@code rows} rows of the residual stream through the block. */
    void forward(Compute compute, Batch batch, KvCache kv, int rows) {
        Workspace workspace = batch.workspace();
        switch (entry) {
            case Entry.Normed normed ->
                normed.norm()
                        .forward(
                                compute,
                                workspace.residual(),
                                rows,
                                workspace.input().f32());
            case Entry.Plain plain -> {
                long bytes = 4L * rows * workspace.residual().columns();
                MemorySegment.copy(
                        workspace.residual().memory(),
                        0,
                        workspace.input().f32().memory(),
                        0,
                        bytes);
            }
            case Entry.Shared shared -> {}
        }
        block.forward(compute, batch, kv, rows);
        if (after.isPresent()) {
            after.get().forward(compute, workspace.output(), rows, workspace.output());
        }
        if (scale != 1) {
            compute.scale(workspace.output(), rows, scale);
        }
        compute.add(workspace.residual(), workspace.output(), rows);
    }
}
