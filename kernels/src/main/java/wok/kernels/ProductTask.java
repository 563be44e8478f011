package wok.kernels;

/**
 * Up to {@value #PRODUCTS_MAX} matrix products, shared out together by pairs of output groups: a task is a run of
 * neighbouring pairs, which may end in one product and go on in the next, so that queries, keys and values cost one
 * meeting of the team and not three, and the chosen experts of a layer one and not sixteen. Pairs count alike however
 * many rows they have: few rows are bound by reading the weights. One object per {@link Compute}, filled again for each run: a model
 * makes some hundreds of them per token. Written by the caller while no task runs, read by the team.
 */
final class ProductTask implements ThreadTeam.Task {
    static final int PRODUCTS_MAX = 48;

    private final LeafKernels kernels;
    private final Workspace[] workspaces;
    private final PackedMatrix[] weights = new PackedMatrix[PRODUCTS_MAX];
    private final Activations[] inputs = new Activations[PRODUCTS_MAX];
    private final int[] rows = new int[PRODUCTS_MAX];
    private final FloatRows[] outs = new FloatRows[PRODUCTS_MAX];
    /** Pairs of groups before each product, and of all. */
    private final int[] pairsBefore = new int[PRODUCTS_MAX + 1];

    private int products;
    private int tasks;
    private long multiplies;

    ProductTask(LeafKernels kernels, Workspace[] workspaces) {
        this.kernels = kernels;
        this.workspaces = workspaces;
    }

    /** One more product of the next run. */
    void add(PackedMatrix weight, Activations x, int n, FloatRows out) {
        if (products == PRODUCTS_MAX) {
            throw new IllegalStateException("products: " + products + " (expected: Compute.multiply before one more)");
        }
        inputs[products] = x;
        rows[products] = n;
        weights[products] = weight;
        outs[products] = out;
        pairsBefore[products + 1] = pairsBefore[products] + (weight.groups() + 1) / 2;
        multiplies += (long) weight.rows() * weight.columns() * n;
        products++;
    }

    /** Multiply-adds of the products that were added. */
    long multiplies() {
        return multiplies;
    }

    /** Pairs of output groups of all products. */
    int pairs() {
        return pairsBefore[products];
    }

    /** Runs what was added in so many tasks, on the team, and forgets it. */
    void run(ThreadTeam team, int taskCount) {
        tasks = taskCount;
        try {
            team.run(taskCount, this);
        } finally {
            forget();
        }
    }

    /** Drops what was added. */
    void forget() {
        products = 0;
        multiplies = 0;
    }

    @Override
    public void run(int task, int worker) {
        int from = (int) ((long) pairs() * task / tasks);
        int to = (int) ((long) pairs() * (task + 1) / tasks);
        for (int product = 0; product < products; product++) {
            int first = Math.max(from, pairsBefore[product]);
            int end = Math.min(to, pairsBefore[product + 1]);
            if (first < end) {
                PackedMatrix weight = weights[product];
                int firstGroup = 2 * (first - pairsBefore[product]);
                int endGroup = Math.min(weight.groups(), 2 * (end - pairsBefore[product]));
                kernels.matmul(
                        weight,
                        inputs[product],
                        rows[product],
                        outs[product],
                        firstGroup,
                        endGroup,
                        workspaces[worker]);
            }
        }
    }
}
