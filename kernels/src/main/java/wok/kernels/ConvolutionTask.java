package wok.kernels;

import java.util.Arrays;

/**
 * A causal depthwise convolution along each sequence, followed by SiLU, for a range of channels per task:
 *
 * <pre>
 * sum = weight[0][c] * x[t - taps + 1][c];  sum = fma(weight[j][c], x[t - taps + 1 + j][c], sum) for j = 1 … taps - 1
 * out[t][c] = silu(sum)
 * </pre>
 *
 * Inputs before a sequence's start are zeros. Lanes are channels, so neither tasks nor chunks of a sequence touch a
 * sum. Source: Dao and Gu 2024 (Mamba 2). Filled again for each call by its one owner; workers have their own scratch.
 */
final class ConvolutionTask implements ThreadTeam.Task {
    /** Channels of a task: four cache lines of a row. */
    private static final int CHANNELS = 64;

    private final float[][][] windows;
    private final float[][][] weights;
    private final float[][] sums;
    private FloatRows x;
    private FloatRows out;
    private FloatRows weight;
    private StateRows rows;
    private RecurrentState state;
    private int firstChannel;

    ConvolutionTask(int workers, FloatRows none) {
        windows = new float[workers][0][];
        weights = new float[workers][0][];
        sums = new float[workers][CHANNELS];
        x = none;
        out = none;
        weight = none;
        rows = new StateRows(0);
        state = RecurrentState.allocate(java.lang.foreign.Arena.ofAuto(), 1, new RecurrentShape(1, 1, 1, 1, 1));
    }

    /** @param first where the columns of the input are among the state's channels */
    void set(FloatRows input, int first, FloatRows taps, StateRows chains, RecurrentState memory, FloatRows output) {
        x = input;
        firstChannel = first;
        weight = taps;
        rows = chains;
        state = memory;
        out = output;
    }

    int tasks() {
        return Math.ceilDiv(x.columns(), CHANNELS);
    }

    @Override
    public void run(int task, int worker) {
        int from = task * CHANNELS;
        int count = Math.min(CHANNELS, x.columns() - from);
        int taps = state.shape().taps();
        if (windows[worker].length < taps) {
            windows[worker] = new float[taps][CHANNELS];
            weights[worker] = new float[taps][CHANNELS];
        }
        for (int j = 0; j < taps; j++) {
            weight.copyTo(j, from, weights[worker][j], 0, count);
        }
        for (int chain = 0; chain < rows.chains(); chain++) {
            convolve(chain, from, count, worker);
        }
    }

    private void convolve(int chain, int from, int count, int worker) {
        int taps = state.shape().taps();
        float[][] window = windows[worker];
        begin(chain, from, count, window);
        for (int row = rows.firstRow(chain); row >= 0; row = rows.nextRow(row)) {
            x.copyTo(row, from, window[taps - 1], 0, count);
            sum(weights[worker], window, taps, sums[worker], count);
            out.copyFrom(sums[worker], 0, row, firstChannel + from, count);
            float[] oldest = window[0];
            System.arraycopy(window, 1, window, 0, taps - 1);
            window[taps - 1] = oldest;
            if (rows.keptIn(row) >= 0) {
                remember(rows.keptIn(row), from, count, window);
            }
        }
        remember(rows.slot(chain), from, count, window);
    }

    private void begin(int chain, int from, int count, float[][] window) {
        for (int age = 0; age < state.shape().taps() - 1; age++) {
            if (rows.startsAtZero(chain)) {
                Arrays.fill(window[age], 0);
            } else {
                state.readInput(rows.slot(chain), age, firstChannel + from, window[age], count);
            }
        }
    }

    private void remember(int slot, int from, int count, float[][] window) {
        for (int age = 0; age < state.shape().taps() - 1; age++) {
            state.writeInput(slot, age, firstChannel + from, window[age], count);
        }
    }

    private static void sum(float[][] weight, float[][] window, int taps, float[] sum, int count) {
        product(weight[0], window[0], sum, count);
        for (int j = 1; j < taps; j++) {
            add(weight[j], window[j], sum, count);
        }
        for (int c = 0; c < count; c++) {
            sum[c] = CanonicalMath.silu(sum[c]);
        }
    }

    private static void product(float[] a, float[] b, float[] sum, int count) {
        for (int c = 0; c < count; c++) {
            sum[c] = a[c] * b[c];
        }
    }

    private static void add(float[] a, float[] b, float[] sum, int count) {
        for (int c = 0; c < count; c++) {
            sum[c] = Math.fma(a[c], b[c], sum[c]);
        }
    }
}
