package wok.kernels;

/** The JDK's Vector API at this machine's width: the parent of the leaf loops. Stateless; any thread. */
final class VectorKernels implements LeafKernels {
    @Override
    public String name() {
        return "vector (" + Lanes.FLOATS.vectorBitSize() + " bits)";
    }

    @Override
    public KernelSet set() {
        return KernelSet.VECTOR;
    }

    @Override
    public boolean multipliesOnHeap() {
        return true;
    }

    @Override
    public void quantise(FloatRows x, int row, QuantisedRows out) {
        VectorRows.quantise(x.memory(), x.offset(row, 0), row, out);
    }

    @Override
    public void matmul(PackedMatrix w, Activations x, int n, FloatRows y, int from, int to, Workspace workspace) {
        if (n == 1 && w.activationForm() != ActivationForm.F32) {
            QuantisedRows quantised = x.prepared(w.activationForm());
            switch (w) {
                case PackedBlocks blocks -> VectorRowProduct.run(blocks, quantised, y, from, to, workspace);
                case PackedSuperBlocks blocks -> VectorRowProduct.run(blocks, quantised, y, from, to, workspace);
                case PackedFloats floats -> VectorMatmul.run(floats, x, n, y, from, to, workspace);
            }
        } else if (n == 1 && w instanceof PackedFloats floats) {
            VectorFloatRowProduct.run(floats, x.f32(), y, from, to, workspace);
        } else if (n > 0) {
            VectorMatmul.run(w, x, n, y, from, to, workspace);
        }
    }

    @Override
    public void addBias(FloatRows y, int row, FloatRows bias) {
        VectorRows.addBias(y.memory(), y.offset(row, 0), bias.memory(), bias.columns());
    }

    @Override
    public void rmsNorm(FloatRows x, int row, int at, FloatRows weight, float eps, FloatRows out, Workspace workspace) {
        VectorRows.rmsNorm(
                x.memory(),
                x.offset(row, at),
                weight.memory(),
                weight.columns(),
                eps,
                out.memory(),
                out.offset(row, at),
                workspace.floats(Workspace.LANES, 16));
    }

    @Override
    public void rope(FloatRows x, int row, int heads, int headDim, RopeTable table, int position) {
        long entry = 4L * position * table.pairs();
        for (int head = 0; head < heads; head++) {
            long at = x.offset(row, head * headDim);
            switch (table.pairing()) {
                case HALVES ->
                    VectorRows.rotateHalves(x.memory(), at, table.cosines(), table.sines(), entry, table.pairs());
                case NEIGHBOURS ->
                    VectorRows.rotateNeighbours(x.memory(), at, table.cosines(), table.sines(), entry, table.pairs());
            }
        }
    }

    @Override
    public void gatedActivation(
            FloatRows gate, FloatRows up, int row, GatedActivation kind, FloatRows out, Workspace workspace) {
        if (kind == GatedActivation.SWISH_ONE_MORE) {
            SharedRows.swishOneMore(gate, up, row, out);
            return;
        }
        long at = gate.offset(row, 0);
        VectorRows.gatedActivation(kind, gate.memory(), up.memory(), out.memory(), at, gate.columns(), workspace);
    }

    @Override
    public void add(FloatRows x, FloatRows y, int row) {
        VectorRows.add(x.memory(), x.offset(row, 0), y.memory(), y.offset(row, 0), x.columns());
    }

    @Override
    public void scale(FloatRows x, int row, float factor) {
        VectorRows.scale(x.memory(), x.offset(row, 0), x.columns(), factor);
    }

    @Override
    public void softcap(FloatRows x, int row, float cap) {
        VectorRows.softcap(x.memory(), x.offset(row, 0), x.columns(), cap);
    }

    @Override
    public void attention(AttentionTask task, int kvHead, int from, int to, Workspace workspace) {
        workspace.vectorAttention().run(task, kvHead, from, to);
    }
}
