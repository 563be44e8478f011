package wok.formats;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import wok.tensor.DType;
import wok.tensor.Shape;
import wok.tensor.Tensor;

/**
 * Writes a safetensors file: say what is in it, then {@link #write}. Tensors stand in the file in the order in which
 * they were given, without padding (the format forbids it; other libraries put wider types first to keep them
 * aligned). The same calls give the same bytes. One thread.
 */
public final class SafetensorsWriter {
    private static final int HEADER_ALIGNMENT = 8;

    private final Map<String, Json> metadata = new LinkedHashMap<>();
    private final Map<String, PendingTensor> tensors = new LinkedHashMap<>();

    /** A file with nothing in it yet. */
    public SafetensorsWriter() {}

    /** An entry of {@code __metadata__}; PyTorch's readers want format = pt. */
    public SafetensorsWriter metadata(String key, String value) {
        metadata.put(key, Json.of(value));
        return this;
    }

    /** A tensor, written from where it is now; its memory must live until {@link #write} returns. */
    public SafetensorsWriter tensor(Tensor tensor) {
        return tensor(tensor.name(), tensor.dtype(), tensor.shape(), tensor::data);
    }

    /**
     * A tensor whose bytes will be asked for while writing.
     *
     * @throws IllegalArgumentException if safetensors have no such type or rank, or have the name already
     */
    public SafetensorsWriter tensor(String name, DType dtype, Shape shape, TensorData data) {
        if (!SafetensorsReader.supports(dtype)) {
            throw new IllegalArgumentException(name + ": " + dtype + " (expected: a type that safetensors have)");
        }
        if (shape.rank() > SafetensorsReader.DIMENSIONS_MAX) {
            throw new IllegalArgumentException(
                    name + ": " + shape + " (expected: at most " + SafetensorsReader.DIMENSIONS_MAX + " dimensions)");
        }
        if (name.equals("__metadata__") || tensors.put(name, PendingTensor.whole(name, dtype, shape, data)) != null) {
            throw new IllegalArgumentException("tensor name: " + name + " (expected: each name once)");
        }
        return this;
    }

    /**
     * Writes the file, in place of one that is there; a reader sees the old one or the whole new one.
     *
     * @throws IOException if the disk or a tensor's source fails; nothing is left behind then
     */
    public void write(Path path) throws IOException {
        OutputFile.replace(path, this::writeTo);
    }

    private void writeTo(FileChannel out) throws IOException {
        byte[] header = header();
        OutputFile.write(
                out,
                MemorySegment.ofArray(new LittleEndianBytes().u64(header.length).toByteArray()));
        OutputFile.write(out, MemorySegment.ofArray(header));
        for (PendingTensor tensor : tensors.values()) {
            tensor.writeTo(out);
        }
    }

    private byte[] header() {
        Map<String, Json> header = new LinkedHashMap<>();
        if (!metadata.isEmpty()) {
            header.put("__metadata__", new Json.Obj(metadata));
        }
        long offset = 0;
        for (PendingTensor tensor : tensors.values()) {
            long end = Math.addExact(offset, tensor.byteSize());
            header.put(
                    tensor.name(),
                    Json.object(
                            "dtype", Json.of(tensor.dtype().name()),
                            "shape", numbers(tensor.shape().dimensions()),
                            "data_offsets", numbers(List.of(offset, end))));
            offset = end;
        }
        String text = new Json.Obj(header).toString();
        int bytes = text.getBytes(StandardCharsets.UTF_8).length;
        return (text + " ".repeat(-bytes & (HEADER_ALIGNMENT - 1))).getBytes(StandardCharsets.UTF_8);
    }

    private static Json.Arr numbers(List<Long> values) {
        return Json.array(values.stream().map(Json::of).toList());
    }
}
