package wok.model;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import wok.kernels.CanonicalMath;
import wok.kernels.FloatRows;

/**
 * Makes a layer's delta net from its weights, which files arrange in four ways: queries, keys and values in one matrix;
 * the same with the gates, by key head (Qwen3-Next's own files); each by itself; and gates and decays by way of a narrow
 * matrix (Kimi). One use, one thread.
 */
final class DeltaBuilder {
    private final ModelConfig model;
    private final WeightReader weights;

    DeltaBuilder(ModelConfig model, WeightReader weights) {
        this.model = model;
        this.weights = weights;
    }

    DeltaNet build(int layer, DeltaRuleConfig d) {
        boolean grouped = weights.has(layer, TensorRole.DELTA_GROUPED);
        return new DeltaNet(
                layer,
                d,
                d.joined() ? List.of(joined(layer, d, grouped)) : separate(layer, d),
                learning(layer, d),
                grouped ? new Projection.Whole(groupedGate(layer, d)) : gate(layer, d),
                new Norm(NormConfig.rms(d.normEpsilon()), weights.vector(layer, TensorRole.DELTA_NORM, d.valueDim())),
                weights.linear(layer, TensorRole.DELTA_OUTPUT, model.hidden(), d.valueColumns(), false));
    }

    private DeltaNet.Input joined(int layer, DeltaRuleConfig d, boolean grouped) {
        int channels = d.shape().channels();
        Linear projection = grouped
                ? groupedInputs(layer, d)
                : weights.linear(layer, TensorRole.DELTA_INPUT, channels, model.hidden(), false);
        return new DeltaNet.Input(projection, 0, weights.taps(layer, TensorRole.DELTA_CONVOLUTION, channels, d.taps()));
    }

    private List<DeltaNet.Input> separate(int layer, DeltaRuleConfig d) {
        return List.of(
                input(layer, TensorRole.DELTA_QUERY, TensorRole.DELTA_QUERY_CONVOLUTION, 0, d.keyColumns(), d),
                input(layer, TensorRole.DELTA_KEY, TensorRole.DELTA_KEY_CONVOLUTION, d.keyColumns(), d.keyColumns(), d),
                input(
                        layer,
                        TensorRole.DELTA_VALUE,
                        TensorRole.DELTA_VALUE_CONVOLUTION,
                        2 * d.keyColumns(),
                        d.valueColumns(),
                        d));
    }

    private DeltaNet.Input input(
            int layer, TensorRole projection, TensorRole convolution, int first, int columns, DeltaRuleConfig d) {
        return new DeltaNet.Input(
                weights.linear(layer, projection, columns, model.hidden(), false),
                first,
                weights.taps(layer, convolution, columns, d.taps()));
    }

    private DeltaNet.Learning learning(int layer, DeltaRuleConfig d) {
        FloatRows bias = weights.bareVector(layer, TensorRole.DELTA_DECAY_BIAS, d.decayColumns());
        FloatRows rates = weights.flatVector(layer, TensorRole.DELTA_DECAY_RATE, d.heads());
        for (int head = 0; head < d.heads(); head++) {
            rates.set(0, head, CanonicalMath.exp(rates.get(0, head)));
        }
        if (weights.has(layer, TensorRole.DELTA_GROUPED_RATES)) {
            return new DeltaNet.Learning(
                    groupedRates(layer, d, 0), new Projection.Whole(groupedRates(layer, d, 1)), bias, rates);
        }
        return new DeltaNet.Learning(
                weights.linear(layer, TensorRole.DELTA_RATE, d.heads(), model.hidden(), false),
                decay(layer, d),
                bias,
                rates);
    }

    private Projection decay(int layer, DeltaRuleConfig d) {
        if (d.decay() == DeltaRuleConfig.Decay.HEADS) {
            return new Projection.Whole(
                    weights.linear(layer, TensorRole.DELTA_DECAY, d.heads(), model.hidden(), false));
        }
        return narrow(layer, TensorRole.DELTA_DECAY_DOWN, TensorRole.DELTA_DECAY_UP, d.decayColumns(), d);
    }

    private Projection gate(int layer, DeltaRuleConfig d) {
        if (d.gate() == DeltaRuleConfig.Gate.SILU) {
            return new Projection.Whole(
                    weights.linear(layer, TensorRole.DELTA_GATE, d.valueColumns(), model.hidden(), false));
        }
        return narrow(layer, TensorRole.DELTA_GATE_DOWN, TensorRole.DELTA_GATE_UP, d.valueColumns(), d);
    }

    private Projection narrow(int layer, TensorRole down, TensorRole up, int columns, DeltaRuleConfig d) {
        return new Projection.Narrow(
                weights.linear(layer, down, d.valueDim(), model.hidden(), false),
                weights.linear(layer, up, columns, d.valueDim(), false));
    }

    // Qwen3-Next's files: for each key head its query, its key, and the values and gates of its value heads.

    private static int groupRows(DeltaRuleConfig d) {
        return 2 * d.keyDim() + 2 * groupValues(d);
    }

    private static int groupValues(DeltaRuleConfig d) {
        return d.heads() / d.keyHeads() * d.valueDim();
    }

    private Linear groupedInputs(int layer, DeltaRuleConfig d) {
        List<Integer> rows = new ArrayList<>();
        addGroups(rows, d.keyHeads(), groupRows(d), 0, d.keyDim());
        addGroups(rows, d.keyHeads(), groupRows(d), d.keyDim(), d.keyDim());
        addGroups(rows, d.keyHeads(), groupRows(d), 2 * d.keyDim(), groupValues(d));
        return picked(layer, TensorRole.DELTA_GROUPED, rows, d.keyHeads() * groupRows(d));
    }

    private Linear groupedGate(int layer, DeltaRuleConfig d) {
        List<Integer> rows = new ArrayList<>();
        addGroups(rows, d.keyHeads(), groupRows(d), 2 * d.keyDim() + groupValues(d), groupValues(d));
        return picked(layer, TensorRole.DELTA_GROUPED, rows, d.keyHeads() * groupRows(d));
    }

    /** @param part 0 for the rates of learning, 1 for the decays */
    private Linear groupedRates(int layer, DeltaRuleConfig d, int part) {
        int each = d.heads() / d.keyHeads();
        List<Integer> rows = new ArrayList<>();
        addGroups(rows, d.keyHeads(), 2 * each, part * each, each);
        return picked(layer, TensorRole.DELTA_GROUPED_RATES, rows, 2 * d.heads());
    }

    private static void addGroups(List<Integer> rows, int groups, int groupRows, int from, int count) {
        for (int group = 0; group < groups; group++) {
            int first = group * groupRows + from;
            IntStream.range(first, first + count).forEach(rows::add);
        }
    }

    private Linear picked(int layer, TensorRole role, List<Integer> rows, int total) {
        return weights.picked(
                layer, role, rows.stream().mapToInt(Integer::intValue).toArray(), total, model.hidden());
    }
}
