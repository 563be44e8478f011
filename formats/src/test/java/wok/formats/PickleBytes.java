package wok.formats;

import java.nio.charset.StandardCharsets;

/** A pickle in the making, opcode by opcode: also such as Python would not write. */
final class PickleBytes {
    private final LittleEndianBytes out = new LittleEndianBytes();

    static PickleBytes start() {
        return new PickleBytes().op(0x80).op(2);
    }

    PickleBytes op(int opcode) {
        out.fixed(1, opcode);
        return this;
    }

    PickleBytes ops(String opcodes) {
        out.bytes(opcodes.getBytes(StandardCharsets.ISO_8859_1));
        return this;
    }

    PickleBytes text(String text) {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        out.fixed(1, 'X').u32(utf8.length).bytes(utf8);
        return this;
    }

    PickleBytes number(long value) {
        out.fixed(1, 0x8a).fixed(1, 8).u64(value);
        return this;
    }

    PickleBytes global(String module, String name) {
        return ops("c" + module + "\n" + name + "\n");
    }

    PickleBytes tuple(long... numbers) {
        op('(');
        for (long number : numbers) {
            number(number);
        }
        return op('t');
    }

    /** A tensor of a typed storage, as torch.save writes it. */
    PickleBytes tensor(String storageType, String key, long numel, long offset, long[] sizes, long[] strides) {
        global("torch._utils", "_rebuild_tensor_v2")
                .op('(')
                .op('(')
                .text("storage")
                .global("torch", storageType);
        text(key)
                .text("cpu")
                .number(numel)
                .ops("tQ")
                .number(offset)
                .tuple(sizes)
                .tuple(strides);
        return op(0x89).global("collections", "OrderedDict").ops(")R").ops("tR");
    }

    PickleBytes stop() {
        return op('.');
    }

    byte[] bytes() {
        return out.toByteArray();
    }
}
