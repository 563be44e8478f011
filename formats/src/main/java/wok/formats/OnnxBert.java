package wok.formats;

import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import wok.tensor.Tensor;

/**
 * A BERT in an ONNX file: its weights under the names that PyTorch gave them, and the configuration that its shapes and
 * operations imply, so that the floors above see an ordinary folder.
 *
 * <p>PyTorch's exporter keeps the names of embeddings, norms and biases. A matrix is folded into a constant of its own,
 * turned round and called {@code onnx::MatMul_123}; what it is one learns from what happens to its product: to it the bias
 * {@code encoder.layer.0.attention.self.query.bias} is added. That holds for all exporters and optimisers seen, while
 * names of nodes ({@code /encoder/layer.0/attention/self/query/MatMul}) came only with PyTorch 1.13. Files of ONNX
 * Runtime's dynamic quantiser have {@code X_quantized}, {@code X_scale} and {@code X_zero_point} for X, and between the
 * product and its bias two scalings; their weights are widened to floats, and activations are not quantised.
 *
 * <p>Immutable; any thread.
 */
final class OnnxBert {
    private static final String USUAL_FILE = "model.onnx";
    private static final String TOKENS = "embeddings.word_embeddings.weight";
    private static final Pattern LAYER = Pattern.compile("encoder\\.layer\\.(\\d{1,4})\\..*");
    private static final float EPSILON = 1e-12f;

    private final OnnxGraph graph;
    private final String prefix;
    private final Map<String, Tensor> tensors = new LinkedHashMap<>();

    private OnnxBert(OnnxGraph graph, String prefix) {
        this.graph = graph;
        this.prefix = prefix;
    }

    /**
     * The model of a folder's ONNX file, where there are no weights in another form: model.onnx, or the only one.
     *
     * @param arena owns the mapped file
     * @throws MalformedModelException if there are several, or it is not what it claims to be
     */
    static Optional<OnnxBert> find(Path folder, FolderListing listing, Arena arena) {
        List<String> files = listing.ending(".onnx");
        boolean others = Stream.of(".safetensors", ".bin", ".pth")
                .anyMatch(end -> !listing.ending(end).isEmpty());
        if (files.isEmpty() || others) {
            return Optional.empty();
        }
        String file = files.contains(USUAL_FILE) ? USUAL_FILE : files.getFirst();
        if (files.size() > 1 && !file.equals(USUAL_FILE)) {
            throw new MalformedModelException(
                    folder.toString(), -1, "folder", String.join(", ", files), "one .onnx file, or a " + USUAL_FILE);
        }
        Path path = folder.resolve(file);
        return Optional.of(of(OnnxGraph.read(path.toString(), MappedFile.map(path, arena, "an ONNX file"))));
    }

    /**
     * Finds the weights.
     *
     * @throws MalformedModelException if the graph is another model's
     */
    static OnnxBert of(OnnxGraph graph) {
        String tokens = graph.tensors().keySet().stream()
                .filter(name -> name.endsWith(TOKENS) || name.endsWith(TOKENS + "_quantized"))
                .findFirst()
                .orElseThrow(() -> new MalformedModelException(
                        graph.path(), -1, "graph", "no tensor " + TOKENS, "BERT's names, as PyTorch exports them"));
        OnnxBert bert = new OnnxBert(graph, tokens.substring(0, tokens.indexOf(TOKENS)));
        bert.takeNamed();
        bert.takeMatrices();
        return bert;
    }

    /** Weights by name, without what the exporting program put in front. */
    Map<String, Tensor> tensors() {
        return tensors;
    }

    /** Embeddings, norms and biases, which kept their names. */
    private void takeNamed() {
        for (OnnxTensor tensor : graph.tensors().values()) {
            if (!tensor.name().startsWith(prefix)) {
                continue;
            }
            String name = tensor.name().substring(prefix.length());
            if (name.endsWith(".weight_quantized")) {
                String plain = tensor.name().substring(0, tensor.name().length() - "_quantized".length());
                quantised(tensor, plain, false)
                        .flatMap(matrix -> matrix.tensor(plain.substring(prefix.length())))
                        .ifPresent(this::put);
            } else if (name.endsWith(".weight") || name.endsWith(".bias")) {
                tensor.floats().ifPresent(floats -> put(floats.named(name)));
            }
        }
    }

    private void put(Tensor tensor) {
        tensors.putIfAbsent(tensor.name(), tensor);
    }

    private Optional<OnnxMatrix> quantised(OnnxTensor tensor, String stem, boolean turned) {
        return graph.tensor(stem + "_scale")
                .map(scale -> new OnnxMatrix(
                        tensor, turned, Optional.of(new OnnxMatrix.Scales(scale, graph.tensor(stem + "_zero_point")))));
    }

    /** Matrices by the biases that are added to their products. */
    private void takeMatrices() {
        for (OnnxNode node : graph.nodes()) {
            for (int i = 0; node.operation().equals("Add") && node.inputs().size() == 2 && i < 2; i++) {
                String bias = node.inputs().get(i);
                if (bias.startsWith(prefix)
                        && bias.endsWith(".bias")
                        && graph.tensor(bias).isPresent()) {
                    String name = bias.substring(prefix.length(), bias.length() - "bias".length()) + "weight";
                    product(node.inputs().get(1 - i))
                            .flatMap(matrix -> matrix.tensor(name))
                            .ifPresent(this::put);
                }
            }
        }
    }

    /** The matrix whose product a value is, before or behind the scalings of the quantiser. */
    private Optional<OnnxMatrix> product(String value) {
        Optional<OnnxNode> maker = graph.maker(value);
        if (maker.isEmpty() || maker.get().inputs().size() < 2) {
            return Optional.empty();
        }
        OnnxNode node = maker.get();
        return switch (node.operation()) {
            case "MatMul" ->
                graph.tensor(node.inputs().get(1)).map(matrix -> new OnnxMatrix(matrix, true, Optional.empty()));
            case "Mul" ->
                node.inputs().stream()
                        .flatMap(input -> graph.maker(input).stream())
                        .filter(cast -> cast.operation().equals("Cast"))
                        .flatMap(cast -> graph.maker(cast.inputs().getFirst()).stream())
                        .filter(product -> product.operation().equals("MatMulInteger")
                                && product.inputs().size() >= 2)
                        .flatMap(product -> scaled(product.inputs().get(1)).stream())
                        .findFirst();
            default -> Optional.empty();
        };
    }

    private Optional<OnnxMatrix> scaled(String name) {
        String ending = "_quantized";
        return !name.endsWith(ending)
                ? Optional.empty()
                : graph.tensor(name)
                        .flatMap(tensor -> quantised(tensor, name.substring(0, name.length() - ending.length()), true));
    }

    /**
     * What a config.json would say.
     *
     * @throws MalformedModelException if something of it can't be learned from the graph
     */
    Json.Obj config() {
        long layers = 0;
        for (String name : tensors.keySet()) {
            Matcher layer = LAYER.matcher(name);
            layers = layer.matches() ? Math.max(layers, Long.parseLong(layer.group(1)) + 1) : layers;
        }
        if (graph.count("CumSum") > 0) {
            throw new MalformedModelException(
                    graph.path(),
                    -1,
                    "graph",
                    "positions counted from the tokens (RoBERTa)",
                    "a config.json beside it");
        }
        Tensor tokens = matrix(TOKENS);
        Json.Obj config = Json.object(
                "model_type",
                Json.of("bert"),
                "vocab_size",
                number(tokens.shape().rows()));
        return config.with("hidden_size", number(tokens.shape().columns()))
                .with("num_hidden_layers", number(layers))
                .with("num_attention_heads", number(heads(tokens.shape().columns())))
                .with(
                        "intermediate_size",
                        number(matrix("encoder.layer.0.intermediate.dense.weight")
                                .shape()
                                .rows()))
                .with(
                        "max_position_embeddings",
                        number(matrix("embeddings.position_embeddings.weight")
                                .shape()
                                .rows()))
                .with(
                        "type_vocab_size",
                        number(matrix("embeddings.token_type_embeddings.weight")
                                .shape()
                                .rows()))
                .with("layer_norm_eps", Json.of(epsilon()))
                .with("hidden_act", Json.of(activation(layers)));
    }

    private static Json number(long value) {
        return Json.of(value);
    }

    private Tensor matrix(String name) {
        Tensor tensor = tensors.get(name);
        if (tensor == null || tensor.shape().rank() != 2) {
            throw new MalformedModelException(
                    graph.path(), -1, "tensor " + name, "none that is a matrix", "a BERT as PyTorch exports it");
        }
        return tensor;
    }

    /** The queries of the first layer are reshaped to [batch, tokens, heads, head dimensions]. */
    private long heads(long hidden) {
        String bias = prefix + "encoder.layer.0.attention.self.query.bias";
        for (OnnxNode add : graph.nodes()) {
            if (add.operation().equals("Add") && add.inputs().contains(bias)) {
                for (OnnxNode reshape : graph.nodes()) {
                    if (reshape.operation().equals("Reshape")
                            && reshape.inputs().size() == 2
                            && add.outputs().contains(reshape.inputs().getFirst())) {
                        long[] last = lastTwo(reshape.inputs().get(1));
                        boolean both = last[0] > 0 && last[1] > 0 && last[0] * last[1] == hidden;
                        boolean dimensions = last[0] == -1 && last[1] > 0 && hidden % last[1] == 0;
                        if (both || dimensions) {
                            return hidden / last[1];
                        }
                    }
                }
            }
        }
        throw new MalformedModelException(
                graph.path(), -1, "graph", "no sign of the number of heads", "a config.json beside it");
    }

    /** The last two numbers of a shape, a constant or put together of constants; 0 where they are unknown. */
    private long[] lastTwo(String shape) {
        List<String> parts = graph.tensor(shape).isPresent()
                ? List.of(shape)
                : graph.maker(shape)
                        .filter(node -> node.operation().equals("Concat"))
                        .map(OnnxNode::inputs)
                        .orElse(List.of());
        long[] last = new long[2];
        for (String part : parts) {
            long[] values = graph.tensor(part).map(OnnxTensor::longs).orElse(new long[1]);
            for (long value : values) {
                last[0] = last[1];
                last[1] = Math.abs(value) < 1 << 24 ? value : 0;
            }
        }
        return last;
    }

    /** The constant that is added to a variance before its root is taken; the same in all norms. */
    private double epsilon() {
        for (OnnxNode node : graph.nodes()) {
            if (node.operation().equals("LayerNormalization")) {
                return node.epsilon().orElse(1e-5f);
            }
            if (node.operation().equals("Sqrt") && node.inputs().size() == 1) {
                Optional<OnnxTensor> added = graph.maker(node.inputs().getFirst())
                        .filter(maker -> maker.operation().equals("Add"))
                        .flatMap(graph::constantOf)
                        .filter(constant -> constant.type() == OnnxTensor.F32
                                && constant.shape().elements() == 1);
                if (added.isPresent()) {
                    return added.get().real(0);
                }
            }
        }
        return EPSILON;
    }

    private String activation(long layers) {
        if (graph.count("Erf") + graph.count("Gelu") >= layers) {
            return "gelu";
        }
        return graph.count("Tanh") >= layers ? "gelu_new" : "relu";
    }
}
