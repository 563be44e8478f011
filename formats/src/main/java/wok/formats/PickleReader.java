package wok.formats;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import wok.tensor.DType;

/**
 * Reads a pickle (protocols 2 to 5) as PyTorch writes them, and runs nothing.
 *
 * <p>A pickle is a program for a stack machine, and Python's reader lets it name and call any function there is: loading
 * a stranger's .bin file is running a stranger's program. This reader is the same machine without that: a name is looked
 * up in {@link PickleGlobals} when it is mentioned and refused if it is not there, a call is one of the few that
 * {@link PickleObjects} does itself, and opcodes that state dicts do not need are refused by number. There is no
 * recursion; values, stack and texts are bounded by {@link #VALUES_MAX} and by the bytes of the file.
 *
 * <p>Source: Python's {@code pickletools.py}. One thread, one pickle.
 */
final class PickleReader {
    /** Values that are made: some thirty for each tensor. */
    static final int VALUES_MAX = 1 << 22;

    /** Of one pickle; state dicts have some hundred for each tensor. */
    static final long BYTES_MAX = 256L << 20;

    private static final int PROTOCOL_MAX = 5;
    private static final int LONG_BYTES_MAX = 8;
    private static final int LINE_MAX = 1000;

    private final String path;
    private final MemorySegment file;
    private final long fileOffset;
    private final PickleObjects objects;
    private final ArrayList<Pickle> stack = new ArrayList<>();
    private final ArrayList<Integer> marks = new ArrayList<>();
    private final Map<Long, Pickle> memo = new HashMap<>();
    private long position;
    private int values;

    /**
     * @param path what errors call the file
     * @param file where the pickle starts at byte 0; more may follow
     * @param fileOffset where that is in the file, for errors
     */
    PickleReader(String path, MemorySegment file, long fileOffset) {
        this.path = path;
        this.file = file.byteSize() > BYTES_MAX ? file.asSlice(0, BYTES_MAX) : file;
        this.fileOffset = fileOffset;
        objects = new PickleObjects(this::failure);
    }

    /**
     * The pickle's value.
     *
     * @throws MalformedModelException if it is not one, or holds anything but what {@link Pickle} has
     */
    Pickle read() {
        while (true) {
            int opcode = octet();
            if (opcode == '.') {
                return pop();
            }
            run(opcode);
        }
    }

    /** The bytes of the pickle that was read. */
    long bytes() {
        return position;
    }

    /** The types of the storages that the pickle names, by key; bytes for those without. */
    Map<String, DType> storageTypes() {
        return objects.storageTypes();
    }

    private void run(int opcode) {
        switch (opcode) {
            case 0x80 -> protocol();
            case 0x95 -> skip(little(8)); // a frame says only how long it is
            case '(' -> mark();
            case '0' -> pop();
            case '1' -> popToMark();
            case '2' -> push(peek());
            case 'q' -> remember(octet());
            case 'r' -> remember(little(4));
            case 0x94 -> remember(memo.size());
            case 'h' -> recall(octet());
            case 'j' -> recall(little(4));
            case 'c' -> global(line(), line());
            case 0x93 -> stackGlobal();
            case 'Q' -> push(objects.storage(pop()));
            case 'R' -> reduce();
            case 'b' -> build();
            default -> runOnData(opcode);
        }
    }

    private void runOnData(int opcode) {
        switch (opcode) {
            case 'N' -> push(new Pickle.Nothing());
            case 0x88 -> push(new Pickle.Flag(true));
            case 0x89 -> push(new Pickle.Flag(false));
            case 'J' -> push(new Pickle.Int((int) little(4)));
            case 'K' -> push(new Pickle.Int(octet()));
            case 'M' -> push(new Pickle.Int(little(2)));
            case 0x8a -> push(longInteger());
            case 'G' -> push(new Pickle.Real(real()));
            case 'X' -> push(text(little(4)));
            case 0x8c -> push(text(octet()));
            case 0x8d -> push(text(little(8)));
            case ')' -> push(new Pickle.Tuple(List.of()));
            case 't' -> push(new Pickle.Tuple(popToMark()));
            case 0x85 -> push(tuple(1));
            case 0x86 -> push(tuple(2));
            case 0x87 -> push(tuple(3));
            case ']' -> push(new Pickle.Items(new ArrayList<>()));
            case 'a' -> append(List.of(pop()));
            case 'e' -> append(popToMark());
            case '}' -> push(new Pickle.Dict(new LinkedHashMap<>()));
            case 's' -> set(tuple(2).items());
            case 'u' -> set(popToMark());
            default -> throw failure("opcode 0x" + Integer.toHexString(opcode), "one that a state dict needs");
        }
    }

    private void protocol() {
        int protocol = octet();
        if (protocol < 2 || protocol > PROTOCOL_MAX) {
            throw failure("protocol " + protocol, "2 to " + PROTOCOL_MAX);
        }
    }

    private void global(String module, String name) {
        push(PickleGlobals.find(module, name)
                .orElseThrow(() -> failure(
                        "the global " + module + "." + name,
                        "what a state dict of tensors needs; Wok runs no code of a checkpoint's")));
    }

    private void stackGlobal() {
        Pickle.Tuple names = tuple(2);
        if (names.items().get(0) instanceof Pickle.Text module && names.items().get(1) instanceof Pickle.Text name) {
            global(module.value(), name.value());
        } else {
            throw failure("a global without a name", "texts");
        }
    }

    private void reduce() {
        Pickle.Tuple call = tuple(2);
        push(objects.call(call.items().get(0), call.items().get(1)));
    }

    /** Attributes, which only a state dict has (its versions), are left out. */
    private void build() {
        pop();
        if (!(peek() instanceof Pickle.Dict)) {
            throw failure("attributes of something", "those of a dictionary");
        }
    }

    private void mark() {
        count();
        marks.add(stack.size());
    }

    private List<Pickle> popToMark() {
        if (marks.isEmpty()) {
            throw failure("no mark on the stack", "one");
        }
        List<Pickle> top = stack.subList(marks.removeLast(), stack.size());
        List<Pickle> items = new ArrayList<>(top);
        top.clear();
        return items;
    }

    private void count() {
        if (++values > VALUES_MAX) {
            throw failure("more than " + VALUES_MAX + " values", "fewer");
        }
    }

    private void push(Pickle value) {
        count();
        stack.add(value);
    }

    private int bottom() {
        return marks.isEmpty() ? 0 : marks.getLast();
    }

    private Pickle pop() {
        Pickle top = peek();
        stack.removeLast();
        return top;
    }

    private Pickle peek() {
        if (stack.size() <= bottom()) {
            throw failure("an empty stack", "a value");
        }
        return stack.getLast();
    }

    private Pickle.Tuple tuple(int size) {
        if (stack.size() - bottom() < size) {
            throw failure("an empty stack", size + " values");
        }
        List<Pickle> top = stack.subList(stack.size() - size, stack.size());
        Pickle.Tuple tuple = new Pickle.Tuple(top);
        top.clear();
        return tuple;
    }

    private void remember(long index) {
        count();
        memo.put(index, peek());
    }

    private void recall(long index) {
        Pickle value = memo.get(index);
        if (value == null) {
            throw failure("memo " + index + ", which was never put", "one that was");
        }
        push(value);
    }

    private void append(List<Pickle> items) {
        if (!(peek() instanceof Pickle.Items list)) {
            throw failure("items for something", "those of a list");
        }
        list.items().addAll(items);
    }

    private void set(List<Pickle> keysAndValues) {
        if (!(peek() instanceof Pickle.Dict dict) || keysAndValues.size() % 2 != 0) {
            throw failure("keys and values for something", "those of a dictionary");
        }
        for (int i = 0; i < keysAndValues.size(); i += 2) {
            Pickle key = keysAndValues.get(i);
            if (!(key instanceof Pickle.Text) && !(key instanceof Pickle.Int)) {
                throw failure("a dictionary's key that is neither text nor a number", "one that is");
            }
            dict.members().put(key, keysAndValues.get(i + 1));
        }
    }

    private Pickle.Int longInteger() {
        int bytes = octet();
        if (bytes > LONG_BYTES_MAX) {
            throw failure("a number of " + bytes + " bytes", "at most " + LONG_BYTES_MAX);
        }
        long value = little(bytes);
        int unused = Long.SIZE - 8 * bytes;
        return new Pickle.Int(bytes == 0 ? 0 : value << unused >> unused);
    }

    private double real() {
        long at = advance(8);
        return Double.longBitsToDouble(file.get(GgufValueType.LE_LONG.withOrder(ByteOrder.BIG_ENDIAN), at));
    }

    private Pickle.Text text(long bytes) {
        long at = advance(bytes);
        return new Pickle.Text(new String(file.asSlice(at, bytes).toArray(JAVA_BYTE), StandardCharsets.UTF_8));
    }

    private String line() {
        StringBuilder line = new StringBuilder();
        for (int c = octet(); c != '\n'; c = octet()) {
            line.append((char) c);
            if (line.length() > LINE_MAX) {
                throw failure("a name of more than " + LINE_MAX + " bytes", "a shorter one");
            }
        }
        return line.toString();
    }

    private int octet() {
        return file.get(JAVA_BYTE, advance(1)) & 0xFF;
    }

    /** An unsigned number of up to eight bytes, the lowest first. */
    private long little(int bytes) {
        long at = advance(bytes);
        long value = 0;
        for (int i = 0; i < bytes; i++) {
            value |= (file.get(JAVA_BYTE, at + i) & 0xFFL) << (8 * i);
        }
        return value;
    }

    private void skip(long frameBytes) {
        if (frameBytes < 0 || frameBytes > file.byteSize() - position) {
            throw failure("a frame of " + Long.toUnsignedString(frameBytes) + " bytes", "one within the pickle");
        }
    }

    private long advance(long bytes) {
        if (bytes < 0 || bytes > file.byteSize() - position) {
            throw failure("its end, " + Long.toUnsignedString(bytes) + " bytes before the next value's", "more bytes");
        }
        long at = position;
        position += bytes;
        return at;
    }

    private MalformedModelException failure(String found, String expected) {
        return new MalformedModelException(path, fileOffset + position, "pickle", found, expected);
    }
}
