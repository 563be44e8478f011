package wok.formats;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import wok.tensor.DType;
import wok.tensor.Shape;
import wok.tensor.Tensor;

/**
 * Reads one GGUF file, version 2 or 3 (specification: docs/gguf.md of the ggml project).
 *
 * <pre>
 * offset 0   magic "GGUF"
 *        4   version          u32
 *        8   tensor count     u64
 *       16   metadata count   u64
 *       24   metadata         each: key (u64 length, bytes), type u32, value
 *            tensor table     each: name (u64 length, bytes), rank u32, dimensions u64 each (innermost first),
 *                             type u32, offset u64 (from the start of the data)
 *            padding to general.alignment (32 unless the metadata say otherwise)
 *            data             each tensor at its offset, a multiple of the alignment
 * </pre>
 *
 * The file may be hostile. The rules: no count is believed before it is compared with the bytes that are left; the
 * whole header is bounded, so that what lands on the heap is at most a small multiple of the file and of
 * {@link #HEADER_BYTES_MAX}; no product is formed without an overflow check; tensors lie inside the data, aligned, and
 * do not overlap (gaps are harmless and allowed). One use, one thread.
 */
final class GgufReader {
    /** Metadata and tensor table together. The greatest published vocabularies need some 20 MiB. */
    static final long HEADER_BYTES_MAX = 128L << 20;

    /** One string; the longest published ones are licences and chat templates of some 100 KiB. */
    static final long TEXT_BYTES_MAX = 16L << 20;

    /** Metadata entries; published files have up to about a hundred. */
    static final int ENTRIES_MAX = 1 << 16;

    /** Tensors of a model; the greatest published ones have about 200 000 with every expert on its own. */
    static final int TENSORS_MAX = 1 << 20;

    /** The specification's limit for keys. */
    static final int KEY_BYTES_MAX = 65_535;

    /** ggml itself allows 63. */
    static final int TENSOR_NAME_BYTES_MAX = 1024;

    /** ggml's limit. */
    static final int DIMENSIONS_MAX = 4;

    /** The size of a huge page: nobody needs more. */
    static final int ALIGNMENT_MAX = 1 << 21;

    /** Arrays in arrays in arrays; no published file has any. */
    static final int ARRAY_DEPTH_MAX = 4;

    /** All arrays inside arrays together. */
    static final int NESTED_ARRAYS_MAX = 1 << 16;

    private static final int ALIGNMENT_DEFAULT = 32;
    private static final int ENTRY_BYTES_MIN = 8 + 4 + 1;
    private static final int TENSOR_BYTES_MIN = 8 + 4 + 4 + 8;

    /** What one file holds; the tensors are views of its memory. */
    record Part(GgufMetadata metadata, Map<String, Tensor> tensors) {}

    private record Entry(String name, Shape shape, DType type, long offset, long tableOffset) {}

    private final MemorySegment file;
    private final String path;
    private final GgufCursor cursor;
    private int nestedArrays;

    private GgufReader(String path, MemorySegment file) {
        this.path = path;
        this.file = file;
        this.cursor = new GgufCursor(path, file, HEADER_BYTES_MAX);
    }

    /**
     * Reads the file whose bytes are {@code file}.
     *
     * @param path what errors call it
     * @throws MalformedModelException for anything the class comment does not allow
     */
    static Part read(String path, MemorySegment file) {
        return new GgufReader(path, file).read();
    }

    private Part read() {
        checkMagicAndVersion();
        long tensorCount = cursor.count("tensor count", TENSORS_MAX, TENSOR_BYTES_MIN);
        long entryCount = cursor.count("metadata count", ENTRIES_MAX, ENTRY_BYTES_MIN);
        Map<String, Object> values = new LinkedHashMap<>();
        Map<String, GgufValueType> types = new HashMap<>();
        long alignment = ALIGNMENT_DEFAULT;
        for (long i = 0; i < entryCount; i++) {
            long start = cursor.position();
            String key = cursor.strictText("metadata key " + i, KEY_BYTES_MAX);
            GgufValueType type = type(key);
            Object value = value(type, key, 0);
            types.put(key, type);
            if (values.put(key, value) != null) {
                throw cursor.failure(start, "metadata key", key + " again", "each key once");
            }
            if (key.equals("general.alignment")) {
                alignment = alignment(start, value);
            }
        }
        List<Entry> entries = new ArrayList<>();
        for (long i = 0; i < tensorCount; i++) {
            entries.add(entry(i, alignment));
        }
        long dataStart = (cursor.position() + alignment - 1) / alignment * alignment;
        return new Part(new GgufMetadata(values, types), tensors(entries, dataStart));
    }

    private void checkMagicAndVersion() {
        if (file.byteSize() < 4 || file.get(GgufValueType.LE_INT, 0) != 0x4655_4747) {
            throw cursor.failure(0, "magic", FileSignature.describe(file), "a GGUF file");
        }
        cursor.advance(4, "magic");
        long version = cursor.u32("version");
        if (version == 1) {
            throw cursor.failure(4, "version", "1 (of August 2023)", "2 or 3; convert the original model anew");
        }
        if ((version & 0xffff) == 0) {
            throw cursor.failure(
                    4,
                    "version",
                    version + " (a big-endian file)",
                    "2 or 3, little-endian; convert it for this machine");
        }
        if (version != 2 && version != 3) {
            throw cursor.failure(4, "version", Long.toString(version), "2 or 3");
        }
    }

    private GgufValueType type(String key) {
        long start = cursor.position();
        long id = cursor.u32(key);
        return GgufValueType.ofId(id)
                .orElseThrow(() -> cursor.failure(start, key, "value type " + id, "a type from 0 to 12"));
    }

    private Object value(GgufValueType type, String key, int depth) {
        return switch (type) {
            case STRING -> cursor.lenientText(key, TEXT_BYTES_MAX);
            case ARRAY -> array(key, depth + 1);
            default -> cursor.scalar(type, key);
        };
    }

    private List<?> array(String key, int depth) {
        long start = cursor.position();
        if (depth > ARRAY_DEPTH_MAX) {
            throw cursor.failure(start, key, "arrays " + depth + " deep", ARRAY_DEPTH_MAX + " levels at most");
        }
        if (depth > 1 && ++nestedArrays > NESTED_ARRAYS_MAX) {
            throw cursor.failure(
                    start, key, "more than " + NESTED_ARRAYS_MAX + " arrays in arrays", NESTED_ARRAYS_MAX + " at most");
        }
        GgufValueType type = type(key);
        int count = (int) cursor.count(key, Integer.MAX_VALUE, type.bytesMin());
        return switch (type) {
            case STRING -> texts(key, count);
            case ARRAY -> {
                List<Object> elements = new ArrayList<>();
                for (int i = 0; i < count; i++) {
                    elements.add(array(key, depth + 1));
                }
                yield List.copyOf(elements);
            }
            case BOOL -> {
                long first = cursor.position();
                for (int i = 0; i < count; i++) {
                    cursor.scalar(type, key);
                }
                yield new PackedScalars(type, cursor.bytesSince(first));
            }
            default -> new PackedScalars(type, cursor.bytes((long) count * type.bytesMin(), key));
        };
    }

    private PackedTexts texts(String key, int count) {
        long start = cursor.position();
        int[] ends = new int[count];
        cursor.skipTexts(key, TEXT_BYTES_MAX, ends);
        return new PackedTexts(cursor.bytesSince(start), ends);
    }

    private long alignment(long start, Object value) {
        if (value instanceof Long alignment
                && alignment > 0
                && alignment <= ALIGNMENT_MAX
                && Long.bitCount(alignment) == 1) {
            return alignment;
        }
        String found = value instanceof Number || value instanceof Boolean ? value.toString() : "another type of value";
        throw cursor.failure(start, "general.alignment", found, "a power of two from 1 to " + ALIGNMENT_MAX);
    }

    private Entry entry(long index, long alignment) {
        long start = cursor.position();
        String name = cursor.strictText("name of tensor " + index, TENSOR_NAME_BYTES_MAX);
        long rankOffset = cursor.position();
        long rank = cursor.u32(name + ": rank");
        if (rank > DIMENSIONS_MAX) {
            throw cursor.failure(rankOffset, name + ": rank", Long.toString(rank), "0 to " + DIMENSIONS_MAX);
        }
        Long[] dimensions = new Long[(int) rank];
        for (int i = dimensions.length - 1; i >= 0; i--) {
            dimensions[i] = cursor.u64(name + ": dimension", Long.MAX_VALUE);
        }
        long typeOffset = cursor.position();
        long id = cursor.u32(name + ": type");
        DType type = DType.ofGgufId(id)
                .orElseThrow(() -> cursor.failure(
                        typeOffset, name + ": type", Long.toString(id), "a tensor type of ggml that Wok knows"));
        long offsetOffset = cursor.position();
        long offset = cursor.u64(name + ": offset", Long.MAX_VALUE);
        if (offset % alignment != 0) {
            throw cursor.failure(offsetOffset, name + ": offset", Long.toString(offset), "a multiple of " + alignment);
        }
        return new Entry(name, new Shape(List.of(dimensions)), type, offset, start);
    }

    private Map<String, Tensor> tensors(List<Entry> entries, long dataStart) {
        MemorySegment data = file.asSlice(Math.min(dataStart, file.byteSize()));
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        TensorSpans spans = new TensorSpans(path);
        for (Entry entry : entries) {
            long bytes = TensorSpans.bytes(path, entry.tableOffset(), entry.name(), entry.type(), entry.shape());
            if (bytes > data.byteSize() || entry.offset() > data.byteSize() - bytes) {
                throw cursor.failure(
                        entry.tableOffset(),
                        entry.name() + ": data",
                        bytes + " bytes from " + entry.offset(),
                        "an end within the " + data.byteSize() + " bytes of data (is the file cut off?)");
            }
            spans.add(entry.name(), entry.offset(), bytes);
            MemorySegment slice = data.asSlice(entry.offset(), bytes);
            if (tensors.put(entry.name(), new Tensor(entry.name(), entry.type(), entry.shape(), slice)) != null) {
                throw cursor.failure(entry.tableOffset(), "tensor name", entry.name() + " again", "each name once");
            }
        }
        spans.requireDisjoint(dataStart);
        return tensors;
    }
}
