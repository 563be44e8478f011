package wok.kernels;

/**
 * A matrix product shared out by pairs of output groups. One object per {@link Compute}, filled again for each product:
 * a model makes some hundreds of them per token. Written by the caller while no task runs, read by the team.
 */
@SuppressWarnings("NullAway.Init") // set comes before every run
final class ProductTask implements ThreadTeam.Task {
    private final LeafKernels kernels;
    private final Workspace[] workspaces;
    private PackedMatrix w;
    private Activations x;
    private FloatRows y;
    private int n;
    private int tasks;

    ProductTask(LeafKernels kernels, Workspace[] workspaces) {
        this.kernels = kernels;
        this.workspaces = workspaces;
    }

    /** The operands of the next run, of {@code tasks} tasks. */
    void set(PackedMatrix weight, Activations activations, int rows, FloatRows out, int taskCount) {
        w = weight;
        x = activations;
        n = rows;
        y = out;
        tasks = taskCount;
    }

    @Override
    public void run(int task, int worker) {
        int groups = w.groups();
        int pairs = (groups + 1) / 2;
        int from = (int) ((long) pairs * task / tasks) * 2;
        int to = Math.min(groups, (int) ((long) pairs * (task + 1) / tasks) * 2);
        kernels.matmul(w, x, n, y, from, to, workspaces[worker]);
    }
}
