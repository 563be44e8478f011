package wok.model;

import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/** Makes mixtures of experts from their configuration and weights. One use, one thread. */
final class ExpertsBuilder {
    private final int hidden;
    private final WeightReader weights;

    ExpertsBuilder(int hidden, WeightReader weights) {
        this.hidden = hidden;
        this.weights = weights;
    }

    MixtureOfExperts experts(int layer, ExpertsConfig e) {
        ExpertWeights matrices = new ExpertWeights(weights, layer, e, hidden);
        List<Linear> gates = matrices.gates();
        List<Linear> ups = matrices.ups();
        List<Linear> downs = matrices.downs();
        List<FeedForward> experts = IntStream.range(0, e.experts())
                .mapToObj(i -> new FeedForward(layer, e.expert(), gates.get(i), ups.get(i), downs.get(i)))
                .toList();
        return new MixtureOfExperts(
                layer,
                e,
                router(layer, e),
                experts,
                e.shared().map(shared -> shared(layer, shared)),
                e.sharedGate()
                        ? Optional.of(weights.rowMatrix(layer, TensorRole.SHARED_EXPERT_GATE, hidden))
                        : Optional.empty());
    }

    private FeedForward shared(int layer, DenseConfig f) {
        return new FeedForward(
                layer,
                f,
                weights.linear(layer, TensorRole.SHARED_GATE, f.inner(), hidden, f.bias()),
                weights.linear(layer, TensorRole.SHARED_UP, f.inner(), hidden, f.bias()),
                weights.linear(layer, TensorRole.SHARED_DOWN, hidden, f.inner(), f.bias()));
    }

    private Router router(int layer, ExpertsConfig e) {
        return new Router(
                e,
                weights.linear(
                        layer,
                        TensorRole.ROUTER,
                        e.experts(),
                        hidden,
                        e.router().bias()),
                e.router().correction()
                        ? weights.bareVector(layer, TensorRole.ROUTER_CORRECTION, e.experts())
                                .row(0)
                        : new float[0]);
    }
}
