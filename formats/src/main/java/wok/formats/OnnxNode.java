package wok.formats;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * An operation of an ONNX graph: {@code NodeProto} of onnx.proto.
 *
 * @param value what a Constant is
 * @param epsilon of a LayerNormalization
 * @param transB whether a Gemm's second matrix lies [outputs, inputs]
 */
record OnnxNode(
        String operation,
        String name,
        List<String> inputs,
        List<String> outputs,
        Optional<OnnxTensor> value,
        Optional<Float> epsilon,
        boolean transB) {
    private static final int ENDS_MAX = 1 << 12;

    static OnnxNode read(ProtobufCursor message) {
        String operation = "";
        String name = "";
        List<String> inputs = new ArrayList<>();
        List<String> outputs = new ArrayList<>();
        Attributes attributes = new Attributes();
        while (message.next()) {
            switch (message.field()) {
                case 1 -> inputs.add(message.text());
                case 2 -> outputs.add(message.text());
                case 3 -> name = message.text();
                case 4 -> operation = message.text();
                case 5 -> attributes.read(message.message());
                default -> {} // documentation, domain, overload
            }
            if (inputs.size() > ENDS_MAX || outputs.size() > ENDS_MAX) {
                throw message.failure("node " + name, "more than " + ENDS_MAX + " inputs or outputs", "fewer");
            }
        }
        return new OnnxNode(
                operation,
                name,
                List.copyOf(inputs),
                List.copyOf(outputs),
                attributes.value,
                attributes.epsilon,
                attributes.transB);
    }

    /** Those of an operation that matter here. */
    private static final class Attributes {
        private Optional<OnnxTensor> value = Optional.empty();
        private Optional<Float> epsilon = Optional.empty();
        private boolean transB;

        void read(ProtobufCursor message) {
            String name = "";
            float real = 0;
            long integer = 0;
            Optional<OnnxTensor> tensor = Optional.empty();
            while (message.next()) {
                switch (message.field()) {
                    case 1 -> name = message.text();
                    case 2 -> real = message.real();
                    case 3 -> integer = message.integer();
                    case 5 -> tensor = Optional.of(OnnxTensor.read(message.message()));
                    default -> {} // other kinds of attributes
                }
            }
            switch (name) {
                case "value" -> value = tensor;
                case "epsilon" -> epsilon = Optional.of(real);
                case "transB" -> transB = integer != 0;
                default -> {} // of no use here
            }
        }
    }
}
