package wok.formats;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import wok.tensor.DType;
import wok.tensor.Shape;
import wok.tensor.Tensor;

/**
 * Reads a state dict that PyTorch saved ({@code pytorch_model.bin}, {@code .pth}): the tensors of a dictionary, as views
 * of the mapped file.
 *
 * <pre>
 * since PyTorch 1.6   a zip archive: NAME/data.pkl (see {@link PickleReader}), NAME/data/KEY (one storage each, stored)
 * before              pickles one behind the other: a magic number, 1001, the system, the object, the storages' keys;
 *                     then for each key u64 elements, and their bytes
 * </pre>
 *
 * The dictionary's tensors are taken, or else those of its member {@code state_dict} or {@code model}; what is not a
 * tensor is passed over. Tensors may share storages. Those whose elements are not neighbours (transposed ones) are
 * gathered row by row when they are read. One thread.
 */
final class TorchCheckpoint {
    private static final String PICKLE = "/data.pkl";
    private static final List<String> MEMBERS = List.of("state_dict", "model");
    private static final long BYTE_ORDER_MAX = 16;

    /** Elements of a row that is gathered: sixteen rows of 64-bit numbers fit an array. */
    private static final long GATHERED_MAX = 1 << 23;

    private final String path;
    private final MemorySegment file;
    private final Map<String, MemorySegment> storages = new HashMap<>();

    private TorchCheckpoint(String path, MemorySegment file) {
        this.path = path;
        this.file = file;
    }

    /**
     * The tensors of the file whose bytes are {@code file}, in the dictionary's order.
     *
     * @param path what errors call it
     * @throws MalformedModelException if it is not a checkpoint, or holds what {@link PickleReader} refuses
     */
    static Map<String, Tensor> read(String path, MemorySegment file) {
        TorchCheckpoint checkpoint = new TorchCheckpoint(path, file);
        return checkpoint.tensors(LegacyTorchFile.isLegacy(file) ? checkpoint.readLegacy() : checkpoint.readZip());
    }

    private Pickle readLegacy() {
        LegacyTorchFile legacy = LegacyTorchFile.read(path, file);
        storages.putAll(legacy.storages());
        return legacy.object();
    }

    private Pickle readZip() {
        if (!FileSignature.isZip(file)) {
            throw new MalformedModelException(
                    path, 0, "file", FileSignature.describe(file), "a state dict that PyTorch saved");
        }
        StoredZip zip = StoredZip.read(path, file);
        List<String> pickles =
                zip.names().stream().filter(name -> name.endsWith(PICKLE)).toList();
        if (pickles.size() != 1) {
            throw new MalformedModelException(path, -1, "entries", pickles.size() + " data.pkl", "one NAME/data.pkl");
        }
        String name = pickles.getFirst();
        String root = name.substring(0, name.length() - PICKLE.length());
        requireLittleEndian(zip, root + "/byteorder");
        String data = root + "/data/";
        for (String entry : zip.names()) {
            if (entry.startsWith(data)) {
                storages.put(entry.substring(data.length()), zip.entry(entry).orElseThrow());
            }
        }
        return new PickleReader(path, zip.checked(name).orElseThrow(), zip.offset(name)).read();
    }

    private void requireLittleEndian(StoredZip zip, String name) {
        Optional<MemorySegment> order = zip.checked(name);
        if (order.isPresent()) {
            MemorySegment bytes = order.get();
            String text = new String(
                    bytes.asSlice(0, Math.min(BYTE_ORDER_MAX, bytes.byteSize())).toArray(JAVA_BYTE),
                    StandardCharsets.ISO_8859_1);
            if (!text.strip().equals("little")) {
                throw new MalformedModelException(path, zip.offset(name), "byteorder", text, "little");
            }
        }
    }

    private Map<String, Tensor> tensors(Pickle object) {
        if (!(object instanceof Pickle.Dict dict)) {
            throw new MalformedModelException(path, -1, "object", "another than a dictionary", "a state dict");
        }
        if (dict.members().values().stream().noneMatch(Pickle.View.class::isInstance)) {
            for (String member : MEMBERS) {
                if (dict.members().get(new Pickle.Text(member)) instanceof Pickle.Dict inner) {
                    return views(inner);
                }
            }
        }
        return views(dict);
    }

    private Map<String, Tensor> views(Pickle.Dict dict) {
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        for (Map.Entry<Pickle, Pickle> member : dict.members().entrySet()) {
            if (member.getKey() instanceof Pickle.Text name && member.getValue() instanceof Pickle.View view) {
                tensors.put(name.value(), tensor(name.value(), view));
            }
        }
        return tensors;
    }

    private Tensor tensor(String name, Pickle.View view) {
        MemorySegment storage = storage(name, view.storage());
        long room = storage.byteSize() / view.type().blockBytes();
        Shape shape = new Shape(view.sizes());
        TensorSpans.bytes(path, -1, name, view.type(), shape);
        long elements = shape.elements();
        if (elements > 0 && (elements > room || lastElement(name, view) >= room)) {
            throw failure(name, "elements beyond the " + room + " of its storage", "a view within it");
        }
        if (elements == 0 || isContiguous(view)) {
            long at = elements == 0 ? 0 : view.offset() * view.type().blockBytes();
            return new Tensor(
                    name,
                    view.type(),
                    shape,
                    storage.asSlice(at, elements * view.type().blockBytes()));
        }
        if (shape.columns() > GATHERED_MAX) {
            throw failure(name, "strides " + view.strides() + " of " + shape, "rows of " + GATHERED_MAX + " at most");
        }
        return Tensor.converted(name, view.type(), shape, new StridedRows(storage, view), List.of(storage));
    }

    /** The storage's bytes, which must be as many as it is said to have. */
    private MemorySegment storage(String name, Pickle.Storage storage) {
        MemorySegment bytes = storages.get(storage.key());
        if (bytes == null) {
            throw failure(name, "storage " + storage.key() + ", which is not there", "one of the file's");
        }
        long elementBytes = storage.type().map(DType::blockBytes).orElse(1);
        if (bytes.byteSize() % elementBytes != 0 || bytes.byteSize() / elementBytes != storage.elements()) {
            throw failure(
                    name,
                    "storage " + storage.key() + " of " + bytes.byteSize() + " bytes",
                    storage.elements() + " elements of " + elementBytes + " bytes");
        }
        return bytes;
    }

    private long lastElement(String name, Pickle.View view) {
        try {
            long last = view.offset();
            for (int i = 0; i < view.sizes().size(); i++) {
                last = Math.addExact(last, Math.multiplyExact(view.sizes().get(i) - 1, (long)
                        view.strides().get(i)));
            }
            return last;
        } catch (ArithmeticException e) {
            throw failure(name, "strides " + view.strides(), "a view of less than 2^63 elements");
        }
    }

    /** Whether elements follow each other in row-major order. */
    private static boolean isContiguous(Pickle.View view) {
        long expected = 1;
        for (int i = view.sizes().size() - 1; i >= 0; i--) {
            if (view.sizes().get(i) != 1 && view.strides().get(i) != expected) {
                return false;
            }
            expected *= view.sizes().get(i);
        }
        return true;
    }

    private MalformedModelException failure(String name, String found, String expected) {
        return new MalformedModelException(path, -1, "tensor " + name, found, expected);
    }
}
