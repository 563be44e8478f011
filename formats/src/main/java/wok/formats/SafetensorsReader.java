package wok.formats;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import wok.tensor.DType;
import wok.tensor.Shape;
import wok.tensor.Tensor;

/**
 * Reads one safetensors file (specification: README of huggingface/safetensors).
 *
 * <pre>
 * offset 0       header length N   u64
 *        8       header            JSON: {"name": {"dtype": "F32", "shape": [2, 3], "data_offsets": [0, 24]}, …,
 *                                         "__metadata__": {"format": "pt"}}
 *        8 + N   data              the tensors, without holes or overlaps, up to the end of the file
 * </pre>
 *
 * The file may be hostile: the header's length is checked against the file and {@link #HEADER_BYTES_MAX} before it is
 * read, its JSON has the limits of {@link JsonParser}, and every span is checked. Tensors need not be aligned. One
 * thread.
 */
final class SafetensorsReader {
    /** The limit of the format's own library. */
    static final long HEADER_BYTES_MAX = 100_000_000;

    /** More than any published tensor has. */
    static final int DIMENSIONS_MAX = 8;

    private static final int HEADER_START = 8;

    private static final Map<String, DType> TYPES = types();

    private final String path;
    private final MemorySegment file;

    private SafetensorsReader(String path, MemorySegment file) {
        this.path = path;
        this.file = file;
    }

    /**
     * The tensors of the file whose bytes are {@code file}, as views of it, in file order.
     *
     * @param path what errors call it
     * @throws MalformedModelException for anything the class comment does not allow
     */
    static Map<String, Tensor> read(String path, MemorySegment file) {
        return new SafetensorsReader(path, file).read();
    }

    private Map<String, Tensor> read() {
        long headerBytes = headerBytes();
        byte[] header = file.asSlice(HEADER_START, headerBytes).toArray(JAVA_BYTE);
        if (!(new JsonParser(path, header, HEADER_START).parse() instanceof Json.Obj entries)) {
            throw failure("header", "another JSON value", "an object");
        }
        MemorySegment data = file.asSlice(HEADER_START + headerBytes);
        TensorSpans spans = new TensorSpans(path);
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        for (Map.Entry<String, Json> entry : entries.members().entrySet()) {
            if (!entry.getKey().equals("__metadata__")) {
                tensors.put(entry.getKey(), tensor(entry.getKey(), entry.getValue(), data, spans));
            }
        }
        spans.requireContiguous(HEADER_START + headerBytes, data.byteSize());
        return tensors;
    }

    private long headerBytes() {
        if (file.byteSize() < HEADER_START) {
            throw new MalformedModelException(
                    path, 0, "header length", FileSignature.describe(file), "8 bytes and a header");
        }
        long length = file.get(GgufValueType.LE_LONG, 0);
        long max = Math.min(HEADER_BYTES_MAX, file.byteSize() - HEADER_START);
        if (length < 2 || length > max) {
            String found = Long.toUnsignedString(length) + " (the file starts as " + FileSignature.describe(file) + ")";
            throw new MalformedModelException(
                    path, 0, "header length", found, "2 to " + max + ", the limit or what the file has left");
        }
        return length;
    }

    private Tensor tensor(String name, Json value, MemorySegment data, TensorSpans spans) {
        if (!(value instanceof Json.Obj entry)) {
            throw failure(name, "another JSON value", "an object with dtype, shape and data_offsets");
        }
        String typeName = entry.text("dtype").orElseThrow(() -> failure(name + ": dtype", "none", "a type's name"));
        DType type = TYPES.get(typeName);
        if (type == null) {
            throw failure(name + ": dtype", "\"" + typeName + "\"", "one of " + String.join(" ", TYPES.keySet()));
        }
        Shape shape = new Shape(numbers(name, entry, "shape", DIMENSIONS_MAX));
        List<Long> offsets = numbers(name, entry, "data_offsets", 2);
        if (offsets.size() != 2 || offsets.get(0) > offsets.get(1) || offsets.get(1) > data.byteSize()) {
            throw failure(
                    name + ": data_offsets",
                    offsets.toString(),
                    "a start and an end in order, within the " + data.byteSize() + " bytes of data");
        }
        long bytes = TensorSpans.bytes(path, HEADER_START, name, type, shape);
        if (bytes != offsets.get(1) - offsets.get(0)) {
            throw failure(name + ": data_offsets", offsets.toString(), bytes + " bytes for " + type + " " + shape);
        }
        spans.add(name, offsets.getFirst(), bytes);
        return new Tensor(name, type, shape, data.asSlice(offsets.getFirst(), bytes));
    }

    private List<Long> numbers(String name, Json.Obj entry, String key, int countMax) {
        String field = name + ": " + key;
        List<Json> elements = entry.array(key)
                .orElseThrow(() -> failure(field, "none", "an array of numbers"))
                .elements();
        if (elements.size() > countMax) {
            throw failure(field, elements.size() + " numbers", countMax + " at most");
        }
        List<Long> numbers = new ArrayList<>();
        for (Json element : elements) {
            numbers.add(number(field, element));
        }
        return numbers;
    }

    private long number(String field, Json element) {
        if (element instanceof Json.Num number) {
            try {
                long value = number.longValue();
                if (value >= 0) {
                    return value;
                }
            } catch (ArithmeticException e) {
                throw failure(field, number.literal(), "a whole number below 2^63");
            }
        }
        throw failure(
                field,
                element.getClass() == Json.Num.class ? element.toString() : "another JSON value",
                "a number from 0");
    }

    private MalformedModelException failure(String field, String found, String expected) {
        return new MalformedModelException(path, HEADER_START, field, found, expected);
    }

    private static Map<String, DType> types() {
        Map<String, DType> types = new LinkedHashMap<>();
        for (DType type : List.of(
                DType.F64,
                DType.F32,
                DType.F16,
                DType.BF16,
                DType.F8_E4M3,
                DType.F8_E5M2,
                DType.F8_E8M0,
                DType.I64,
                DType.I32,
                DType.I16,
                DType.I8,
                DType.U64,
                DType.U32,
                DType.U16,
                DType.U8,
                DType.BOOL)) {
            types.put(type.name(), type);
        }
        return types;
    }

    /** The types that a safetensors file may have; their names in the file are those of the constants. */
    static boolean supports(DType type) {
        return TYPES.containsValue(type);
    }
}
