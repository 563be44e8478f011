package wok.formats;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.util.List;
import java.util.Map;
import wok.tensor.Tensor;

/** Reads what a model promised: the first and last byte of every tensor, every element of the metadata. */
final class Touch {
    private Touch() {}

    /** A number that depends on all that was read, so that nothing is optimised away. */
    static long everything(ModelSource model) {
        long sum = tensors(model.tensors());
        return model instanceof GgufModel gguf ? sum + metadata(gguf.metadata()) : sum;
    }

    static long tensors(Map<String, Tensor> tensors) {
        long sum = 0;
        for (Tensor tensor : tensors.values()) {
            long rows = tensor.shape().rows();
            if (tensor.bytes() > 0) {
                sum += tensor.row(0).get(JAVA_BYTE, 0) + tensor.row(rows - 1).get(JAVA_BYTE, tensor.rowBytes() - 1);
            }
            sum += rows + tensor.name().length();
        }
        return sum;
    }

    static long metadata(GgufMetadata metadata) {
        long sum = 0;
        for (Object value : metadata.values().values()) {
            sum += value(value);
        }
        return sum;
    }

    private static long value(Object value) {
        return switch (value) {
            case List<?> list -> list.stream().mapToLong(Touch::value).sum();
            case String text -> text.length() + (long) LenientUtf8.encode(text).length;
            default -> value.hashCode();
        };
    }
}
