package wok.model;

import java.util.Optional;
import wok.kernels.Compute;

/**
 * A block with its place in the residual stream: {@code residual += after(block(before(residual)))}.
 *
 * @param after Gemma's second norm, on the block's output
 */
record ResidualBlock(Norm before, Block block, Optional<Norm> after) {

    void forward(Compute compute, Batch batch, KvCache kv) {
        Workspace workspace = batch.workspace();
        int rows = batch.rows();
        before.forward(compute, workspace.residual(), rows, workspace.input().f32());
        block.forward(compute, batch, kv);
        if (after.isPresent()) {
            after.get().forward(compute, workspace.output(), rows, workspace.output());
        }
        compute.add(workspace.residual(), workspace.output(), rows);
    }
}
