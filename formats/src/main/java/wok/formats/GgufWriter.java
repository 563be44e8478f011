package wok.formats;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import wok.tensor.DType;
import wok.tensor.Shape;
import wok.tensor.Tensor;

/**
 * Writes a GGUF file of version 3: say what is in it, then {@link #write}. Metadata and tensors stand in the file in
 * the order in which they were given; the same calls give the same bytes. Tensors' bytes are asked for one at a time
 * while writing. One thread.
 */
public final class GgufWriter {
    private static final int VERSION = 3;
    private static final String ALIGNMENT_KEY = "general.alignment";

    private final Map<String, byte[]> entries = new LinkedHashMap<>();
    private final Map<String, PendingTensor> tensors = new LinkedHashMap<>();
    private int alignment = 32;

    /** A file with nothing in it yet. */
    public GgufWriter() {}

    /** A metadata string. */
    public GgufWriter text(String key, String value) {
        return put(key, typed(GgufValueType.STRING).text(value));
    }

    public GgufWriter bool(String key, boolean value) {
        return put(key, typed(GgufValueType.BOOL).fixed(1, value ? 1 : 0));
    }

    /** A metadata number from 0 to 2^32 - 1, the type that most keys have. */
    public GgufWriter u32(String key, long value) {
        return number(key, GgufValueType.U32, value);
    }

    public GgufWriter f32(String key, float value) {
        return number(key, GgufValueType.F32, value);
    }

    /**
     * A metadata number of any type.
     *
     * @throws IllegalArgumentException if the type has no such value
     */
    public GgufWriter number(String key, GgufValueType type, Number value) {
        LittleEndianBytes bytes = typed(type);
        element(bytes, type, value);
        return put(key, bytes);
    }

    public GgufWriter texts(String key, List<String> values) {
        return array(key, GgufValueType.STRING, values);
    }

    /**
     * A metadata array of any element type.
     *
     * @param elements Numbers, Booleans or Strings; for {@link GgufValueType#ARRAY} an encoded array each, see
     *     {@link #nested}
     * @throws IllegalArgumentException if an element is not one of {@code type}
     */
    public GgufWriter array(String key, GgufValueType type, List<?> elements) {
        return put(key, typed(GgufValueType.ARRAY).bytes(nested(type, elements)));
    }

    /**
     * A value of another file, with its type and to the bit.
     *
     * @throws IllegalArgumentException if {@code from} has no such key, or this file has it already
     */
    public GgufWriter copy(String key, GgufMetadata from) {
        Object value = from.values().get(key);
        GgufValueType type = from.types().get(key);
        if (value == null || type == null) {
            throw new IllegalArgumentException("key: " + key + " (expected: a key of the other file)");
        }
        LittleEndianBytes bytes = typed(type);
        element(bytes, type, value instanceof List<?> list ? encoded(list) : value);
        return put(key, bytes);
    }

    private static byte[] encoded(List<?> array) {
        return nested(
                GgufValueType.ofElements(array),
                array.stream()
                        .map(element -> element instanceof List<?> list ? encoded(list) : element)
                        .toList());
    }

    /** An array as an element of an array. */
    public static byte[] nested(GgufValueType type, List<?> elements) {
        LittleEndianBytes bytes = new LittleEndianBytes().u32(type.id()).u64(elements.size());
        for (Object element : elements) {
            element(bytes, type, element);
        }
        return bytes.toByteArray();
    }

    /** Where tensors may start: multiples of {@code bytes}, a power of two. 32 unless called. */
    public GgufWriter alignment(int bytes) {
        if (bytes <= 0 || Integer.bitCount(bytes) != 1 || bytes > GgufReader.ALIGNMENT_MAX) {
            throw new IllegalArgumentException(
                    "alignment: " + bytes + " (expected: a power of two up to " + GgufReader.ALIGNMENT_MAX + ")");
        }
        alignment = bytes;
        return u32(ALIGNMENT_KEY, bytes);
    }

    /** A tensor, written from where it is now; its memory must live until {@link #write} returns. */
    public GgufWriter tensor(Tensor tensor) {
        return tensor(tensor.name(), tensor.dtype(), tensor.shape(), tensor::data);
    }

    /**
     * A tensor whose bytes will be asked for while writing.
     *
     * @throws IllegalArgumentException if GGUF has no such type, rank or name length, or has the name already
     */
    public GgufWriter tensor(String name, DType dtype, Shape shape, TensorData data) {
        return add(PendingTensor.whole(name, dtype, shape, data));
    }

    /**
     * A tensor whose bytes will be asked for in pieces while writing.
     *
     * @throws IllegalArgumentException if GGUF has no such type, rank or name length, or has the name already
     */
    public GgufWriter tensor(String name, DType dtype, Shape shape, TensorPieces pieces) {
        return add(new PendingTensor(name, dtype, shape, pieces));
    }

    private GgufWriter add(PendingTensor tensor) {
        String name = tensor.name();
        if (tensor.dtype().ggufId() < 0) {
            throw new IllegalArgumentException(name + ": " + tensor.dtype() + " (expected: a type that GGUF has)");
        }
        if (tensor.shape().rank() > GgufReader.DIMENSIONS_MAX) {
            throw new IllegalArgumentException(
                    name + ": " + tensor.shape() + " (expected: at most " + GgufReader.DIMENSIONS_MAX + " dimensions)");
        }
        if (tensors.put(name, tensor) != null) {
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
        OutputFile.write(out, MemorySegment.ofArray(header));
        OutputFile.pad(out, padded(header.length) - header.length);
        for (PendingTensor tensor : tensors.values()) {
            tensor.writeTo(out);
            OutputFile.pad(out, padded(tensor.byteSize()) - tensor.byteSize());
        }
    }

    private byte[] header() {
        LittleEndianBytes header = new LittleEndianBytes()
                .u32(0x4655_4747)
                .u32(VERSION)
                .u64(tensors.size())
                .u64(entries.size());
        entries.forEach((key, value) -> header.text(key).bytes(value));
        long offset = 0;
        for (PendingTensor tensor : tensors.values()) {
            List<Long> dimensions = tensor.shape().dimensions();
            header.text(tensor.name()).u32(dimensions.size());
            dimensions.reversed().forEach(header::u64);
            header.u32(tensor.dtype().ggufId()).u64(offset);
            offset = Math.addExact(offset, padded(tensor.byteSize()));
        }
        return header.toByteArray();
    }

    private long padded(long bytes) {
        return Math.addExact(bytes, alignment - 1L) & -alignment;
    }

    private GgufWriter put(String key, LittleEndianBytes value) {
        if (entries.put(key, value.toByteArray()) != null && !key.equals(ALIGNMENT_KEY)) {
            throw new IllegalArgumentException("key: " + key + " (expected: each key once)");
        }
        return this;
    }

    private static LittleEndianBytes typed(GgufValueType type) {
        return new LittleEndianBytes().u32(type.id());
    }

    private static void element(LittleEndianBytes out, GgufValueType type, Object value) {
        switch (value) {
            case String text when type == GgufValueType.STRING -> out.text(text);
            case byte[] nested when type == GgufValueType.ARRAY -> out.bytes(nested);
            case Boolean bool when type == GgufValueType.BOOL -> out.fixed(1, bool ? 1 : 0);
            case Number number
            when type == GgufValueType.F32 -> out.fixed(4, Float.floatToRawIntBits(number.floatValue()));
            case Number number
            when type == GgufValueType.F64 -> out.fixed(8, Double.doubleToRawLongBits(number.doubleValue()));
            default -> integer(out, type, value);
        }
    }

    private static void integer(LittleEndianBytes out, GgufValueType type, Object value) {
        boolean whole =
                value instanceof Long || value instanceof Integer || value instanceof Short || value instanceof Byte;
        if (!whole || !type.holds(((Number) value).longValue())) {
            throw new IllegalArgumentException("value: " + value + " (expected: a value of type " + type + ")");
        }
        out.fixed(type.bytesMin(), ((Number) value).longValue());
    }
}
