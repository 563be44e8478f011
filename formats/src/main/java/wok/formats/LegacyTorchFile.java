package wok.formats;

import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.Map;
import wok.tensor.DType;

/**
 * A file in the format that PyTorch had before version 1.6, see {@link TorchCheckpoint}. How many bytes a storage has
 * depends on its type, which is known from the tensors that use it. One thread.
 *
 * @param object what was saved
 * @param storages their bytes by key
 */
record LegacyTorchFile(Pickle object, Map<String, MemorySegment> storages) {
    /** The first pickle: PROTO 2, a number of ten bytes, STOP. */
    private static final byte[] MAGIC = {
        (byte) 0x80,
        2,
        (byte) 0x8a,
        10,
        0x6c,
        (byte) 0xfc,
        (byte) 0x9c,
        0x46,
        (byte) 0xf9,
        0x20,
        0x6a,
        (byte) 0xa8,
        0x50,
        0x19,
        '.'
    };

    private static final long VERSION = 1001;

    static boolean isLegacy(MemorySegment file) {
        return file.byteSize() >= MAGIC.length
                && file.asSlice(0, MAGIC.length).mismatch(MemorySegment.ofArray(MAGIC)) == -1;
    }

    static LegacyTorchFile read(String path, MemorySegment file) {
        return new Reader(path, file).read();
    }

    private static final class Reader {
        private final String path;
        private final MemorySegment file;
        private long position = MAGIC.length;

        Reader(String path, MemorySegment file) {
            this.path = path;
            this.file = file;
        }

        LegacyTorchFile read() {
            if (!(pickle() instanceof Pickle.Int version) || version.value() != VERSION) {
                throw failure("version", "another", String.valueOf(VERSION));
            }
            if (!(pickle() instanceof Pickle.Dict system)
                    || !new Pickle.Flag(true).equals(system.members().get(new Pickle.Text("little_endian")))) {
                throw failure("system", "another", "a little-endian one");
            }
            PickleReader reader = new PickleReader(path, file.asSlice(position), position);
            Pickle object = reader.read();
            position += reader.bytes();
            if (!(pickle() instanceof Pickle.Items keys)) {
                throw failure("keys", "no list", "the storages' keys");
            }
            Map<String, MemorySegment> storages = new HashMap<>();
            for (Pickle key : keys.items()) {
                if (!(key instanceof Pickle.Text text)) {
                    throw failure("keys", "another value", "a text");
                }
                storages.put(text.value(), storage(text.value(), reader.storageTypes()));
            }
            return new LegacyTorchFile(object, storages);
        }

        private Pickle pickle() {
            PickleReader reader = new PickleReader(path, file.asSlice(position), position);
            Pickle value = reader.read();
            position += reader.bytes();
            return value;
        }

        private MemorySegment storage(String key, Map<String, DType> types) {
            DType type = types.get(key);
            if (type == null) {
                throw failure("keys", key, "storages that tensors use");
            }
            if (file.byteSize() - position < Long.BYTES) {
                throw failure("storage " + key, "the end of the file", "its size and bytes");
            }
            long elements = file.get(GgufValueType.LE_LONG, position);
            position += Long.BYTES;
            if (elements < 0 || elements > (file.byteSize() - position) / type.blockBytes()) {
                throw failure("storage " + key, elements + " elements", "as many as the file has (is it cut off?)");
            }
            MemorySegment bytes = file.asSlice(position, elements * type.blockBytes());
            position += bytes.byteSize();
            return bytes;
        }

        private MalformedModelException failure(String field, String found, String expected) {
            return new MalformedModelException(path, position, field, found, expected);
        }
    }
}
