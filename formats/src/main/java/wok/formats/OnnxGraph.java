package wok.formats;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What an ONNX file holds (specification: onnx.proto of onnx/onnx): its constant tensors, and the operations, from whose
 * names and connections one learns which tensor is which. Nothing of it is ever run.
 *
 * <pre>
 * ModelProto   7 graph: GraphProto        1 ir_version, 2 producer_name, 8 opset_import
 * GraphProto   1 node: NodeProto …        5 initializer: TensorProto …
 * NodeProto    1 input …  2 output …  3 name  4 op_type  5 attribute …
 * TensorProto  1 dims …  2 data_type  4 float_data  5 int32_data  7 int64_data  8 name  9 raw_data  13 external_data
 * </pre>
 *
 * The file may be hostile: see {@link ProtobufCursor}; numbers of nodes and tensors are limited, and each tensor has as
 * many bytes as its shape says. Immutable once read; any thread.
 */
final class OnnxGraph {
    private static final int NODES_MAX = 1 << 18;

    private final String path;
    private final Map<String, OnnxTensor> tensors = new LinkedHashMap<>();
    private final List<OnnxNode> nodes = new ArrayList<>();
    private final Map<String, OnnxNode> makers = new LinkedHashMap<>();

    private OnnxGraph(String path) {
        this.path = path;
    }

    /**
     * Reads a file.
     *
     * @param file its bytes; tensors are views of them
     * @throws MalformedModelException if it is no ONNX file, or beyond the limits
     */
    static OnnxGraph read(String path, MemorySegment file) {
        OnnxGraph graph = new OnnxGraph(path);
        ProtobufCursor model = new ProtobufCursor(path, file, 0);
        boolean found = false;
        while (model.next()) {
            if (model.field() == 7) {
                found = true;
                graph.add(model.message());
            }
        }
        if (!found) {
            throw new MalformedModelException(path, 0, "file", "no graph", "an ONNX model");
        }
        graph.nameConstants();
        return graph;
    }

    private void add(ProtobufCursor graph) {
        while (graph.next()) {
            switch (graph.field()) {
                case 1 -> nodes.add(OnnxNode.read(graph.message()));
                case 5 -> {
                    OnnxTensor tensor = OnnxTensor.read(graph.message());
                    tensors.put(tensor.name(), tensor);
                }
                default -> {} // inputs, outputs, documentation
            }
            if (tensors.size() + nodes.size() > NODES_MAX) {
                throw graph.failure("graph", "more than " + NODES_MAX + " nodes and tensors", "fewer");
            }
        }
    }

    /** Constants among the nodes, and other names for tensors; after all is read, since tensors stand behind nodes. */
    private void nameConstants() {
        for (OnnxNode node : nodes) {
            for (String output : node.outputs()) {
                makers.put(output, node);
            }
            if (node.outputs().isEmpty()) {
                continue;
            }
            String output = node.outputs().getFirst();
            node.value().ifPresent(value -> tensors.putIfAbsent(output, value));
            if (node.operation().equals("Identity") && !node.inputs().isEmpty()) {
                tensor(node.inputs().getFirst()).ifPresent(tensor -> tensors.putIfAbsent(output, tensor.named(output)));
            }
        }
    }

    String path() {
        return path;
    }

    List<OnnxNode> nodes() {
        return nodes;
    }

    /** The constant tensors by name: initialisers, constants, and what is another name for one of them. */
    Map<String, OnnxTensor> tensors() {
        return tensors;
    }

    Optional<OnnxTensor> tensor(String name) {
        return Optional.ofNullable(tensors.get(name));
    }

    /** The operation that makes a value. */
    Optional<OnnxNode> maker(String value) {
        return Optional.ofNullable(makers.get(value));
    }

    /** The first constant among the inputs of an operation. */
    Optional<OnnxTensor> constantOf(OnnxNode node) {
        return node.inputs().stream().flatMap(input -> tensor(input).stream()).findFirst();
    }

    long count(String operation) {
        return nodes.stream().filter(node -> node.operation().equals(operation)).count();
    }
}
