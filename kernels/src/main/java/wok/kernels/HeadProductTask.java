package wok.kernels;

import java.util.List;

/**
 * Products of every head's columns with that head's own matrix, shared out by heads and runs of rows. A worker brings
 * the columns together, quantises them if the matrix asks for it, multiplies, and puts the results where they belong:
 * what it needs for that is its own, so that a hundred heads don't need a hundred buffers. One object per
 * {@link Compute}, filled again for each run; written by the caller while no task runs, read by the team.
 */
@SuppressWarnings("NullAway.Init") // set comes before every run
final class HeadProductTask implements ThreadTeam.Task {
    /** Rows that go through a head together: weights stay in the first-level cache, buffers in the second. */
    private static final int ROWS_MAX = 64;

    private final LeafKernels kernels;
    private final Workspace[] workspaces;
    private List<? extends PackedMatrix> weights = List.of();
    private FloatRows x;
    private HeadColumns from;
    private FloatRows y;
    private HeadColumns to;
    private int n;
    private int runs;

    HeadProductTask(LeafKernels kernels, Workspace[] workspaces) {
        this.kernels = kernels;
        this.workspaces = workspaces;
    }

    /** The operands of the next run. */
    void set(
            List<? extends PackedMatrix> matrices,
            FloatRows input,
            HeadColumns inputColumns,
            int rows,
            FloatRows output,
            HeadColumns outputColumns) {
        weights = matrices;
        x = input;
        from = inputColumns;
        n = rows;
        y = output;
        to = outputColumns;
        runs = (n + ROWS_MAX - 1) / ROWS_MAX;
    }

    int tasks() {
        return weights.size() * runs;
    }

    /** Multiply-adds of all. */
    long multiplies() {
        return (long) weights.size() * from.count() * to.count() * n;
    }

    @Override
    public void run(int task, int worker) {
        int head = task / runs;
        int first = task % runs * ROWS_MAX;
        run(head, first, Math.min(ROWS_MAX, n - first), workspaces[worker]);
    }

    private void run(int head, int firstRow, int rows, Workspace workspace) {
        PackedMatrix weight = weights.get(head);
        Activations input = workspace.headInputs(ROWS_MAX, from.count());
        FloatRows output = workspace.headOutputs(ROWS_MAX, to.count());
        for (int row = 0; row < rows; row++) {
            SharedRows.copyColumns(x, firstRow + row, from.of(head), input.f32(), row, 0, from.count());
        }
        if (weight.activationForm() != ActivationForm.F32) {
            QuantisedRows quantised = input.allocated(weight.activationForm(), kernels.multipliesOnHeap());
            for (int row = 0; row < rows; row++) {
                kernels.quantise(input.f32(), row, quantised);
            }
        }
        kernels.matmul(weight, input, rows, output, 0, weight.groups(), workspace);
        for (int row = 0; row < rows; row++) {
            SharedRows.copyColumns(output, row, 0, y, firstRow + row, to.of(head), to.count());
        }
    }
}
