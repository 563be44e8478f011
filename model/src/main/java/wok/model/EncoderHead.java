package wok.model;

import java.lang.foreign.Arena;
import java.util.Optional;
import wok.formats.GgufModel;
import wok.formats.HuggingFaceFolder;
import wok.formats.ModelSource;
import wok.kernels.Activation;
import wok.kernels.Activations;
import wok.kernels.Compute;
import wok.kernels.FloatRows;
import wok.tensor.Tensor;

/**
 * The classifier on top of a sequence-classification model: {@code out(norm(activation(dense(pooled text))))}, where
 * BERT's and RoBERTa's have no norm. A reranker is one with a single label. One thread at a time.
 */
final class EncoderHead {
    private static final int LABELS_MAX = 1 << 16;

    private final Pooling pooling;
    private final Optional<Linear> dense;
    private final Activation activation;
    private final Optional<EncoderNorm> norm;
    private final Linear output;
    private final Activations pooled;
    private final Activations inner;
    private final FloatRows logits;

    /** @param classifier the output matrix: labels x hidden */
    private EncoderHead(Shape shape, EncoderConfig config, EncoderWeights weights, Tensor classifier, Arena arena) {
        int width = config.hidden();
        int labels = (int) classifier.shape().rows();
        pooling = shape.pooling();
        activation = shape.activation();
        dense = shape.dense().map(stem -> weights.linear(stem, width, width, weights.has(stem + ".bias")));
        norm = shape.norm()
                .map(stem -> weights.norm(stem, width, config.biases().norms(), config.normEpsilon()));
        output = weights.linear(shape.output(), labels, width, weights.has(shape.output() + ".bias"));
        pooled = Activations.allocate(arena, 1, width);
        inner = Activations.allocate(arena, 1, width);
        logits = FloatRows.allocate(arena, 1, labels);
    }

    /** Which weights a head has, by name. */
    private record Shape(
            Pooling pooling, Optional<String> dense, Activation activation, Optional<String> norm, String output) {}

    /** The head of a source; empty if it has none. */
    static Optional<EncoderHead> read(ModelSource source, EncoderConfig config, EncoderWeights weights, Arena arena) {
        Shape shape = switch (source) {
            case GgufModel gguf -> ofGguf(weights);
            case HuggingFaceFolder folder -> ofFolder(folder, config, weights);
        };
        Tensor classifier = source.tensors().get(shape.output() + ".weight");
        if (classifier == null) {
            return Optional.empty();
        }
        if (classifier.shape().rank() != 2 || classifier.shape().rows() > LABELS_MAX) {
            throw new ModelException(source.path() + ": tensor " + classifier.name() + ": shape " + classifier.shape()
                    + " (expected: labels x hidden, at most " + LABELS_MAX + " labels)");
        }
        return Optional.of(new EncoderHead(shape, config, weights, classifier, arena));
    }

    /** With one matrix alone it is the output's. */
    private static Shape ofGguf(EncoderWeights weights) {
        boolean two = weights.has("cls.output.weight");
        return new Shape(
                Pooling.CLS,
                two ? Optional.of("cls") : Optional.empty(),
                Activation.TANH,
                Optional.empty(),
                two ? "cls.output" : "cls");
    }

    private static Shape ofFolder(HuggingFaceFolder folder, EncoderConfig config, EncoderWeights weights) {
        return switch (config.family()) {
            case BERT, NOMIC_BERT ->
                new Shape(
                        Pooling.CLS,
                        weights.names().ofModel(EncoderRole.POOLER),
                        Activation.TANH,
                        Optional.empty(),
                        "classifier");
            case ROBERTA, XLM_ROBERTA ->
                new Shape(
                        Pooling.CLS,
                        Optional.of("classifier.dense"),
                        Activation.TANH,
                        Optional.empty(),
                        "classifier.out_proj");
            case MODERNBERT -> {
                ConfigFields fields = ConfigFields.of(folder.path() + ": config.json", folder.config());
                String pooling = fields.maybeText("classifier_pooling").orElse("cls");
                if (!pooling.equals("cls") && !pooling.equals("mean")) {
                    throw fields.wrong("classifier_pooling", ConfigFields.quoted(pooling), "cls or mean");
                }
                String activation = fields.maybeText("classifier_activation").orElse("gelu");
                if (!activation.equals("gelu")) {
                    throw fields.wrong("classifier_activation", ConfigFields.quoted(activation), "gelu");
                }
                yield new Shape(
                        pooling.equals("cls") ? Pooling.CLS : Pooling.MEAN,
                        Optional.of("head.dense"),
                        Activation.GELU_ERF,
                        Optional.of("head.norm"),
                        "classifier");
            }
        };
    }

    Pooling pooling() {
        return pooling;
    }

    int labels() {
        return logits.columns();
    }

    /** @param text the pooled vector */
    float[] scores(Compute compute, float[] text) {
        pooled.f32().setRow(0, text, 0);
        Activations last = pooled;
        if (dense.isPresent()) {
            dense.get().forwardPreparing(compute, pooled, 1, inner.f32());
            compute.activate(inner.f32(), 1, activation);
            norm.ifPresent(after -> after.forward(compute, inner.f32(), 1, inner.f32()));
            last = inner;
        }
        output.forwardPreparing(compute, last, 1, logits);
        return logits.row(0);
    }
}
