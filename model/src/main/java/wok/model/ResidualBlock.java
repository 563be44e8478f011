package wok.model;

import java.util.Optional;
import wok.kernels.Compute;

/**
 * A block with its place in the residual stream: {@code residual += after(block(before(residual)))}.
 *
 * @param after Gemma's second norm, on the block's output
 */
record ResidualBlock(Norm before, Block block, Optional<Norm> after) {

    /** Takes the first {@code rows} rows of the residual stream through the block. */
    void forward(Compute compute, Batch batch, KvCache kv, int rows) {
        Workspace workspace = batch.workspace();
        before.forward(compute, workspace.residual(), rows, workspace.input().f32());
        block.forward(compute, batch, kv, rows);
        if (after.isPresent()) {
            after.get().forward(compute, workspace.output(), rows, workspace.output());
        }
        compute.add(workspace.residual(), workspace.output(), rows);
    }
}
