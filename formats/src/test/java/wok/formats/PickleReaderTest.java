package wok.formats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Hostile pickles: each is refused in one line, and none runs, hangs, or takes the memory. */
class PickleReaderTest {

    private static Pickle read(byte[] pickle) {
        return new PickleReader("m.bin", MemorySegment.ofArray(pickle), 0).read();
    }

    private static void rejects(PickleBytes pickle, String... parts) {
        rejects(pickle.bytes(), parts);
    }

    private static void rejects(byte[] pickle, String... parts) {
        assertThatThrownBy(() -> read(pickle))
                .isInstanceOf(MalformedModelException.class)
                .hasMessageStartingWith("m.bin at byte ")
                .hasMessageContainingAll(parts)
                .hasMessageContaining("pickle: ");
    }

    @ParameterizedTest
    @CsvSource({
        "os, system",
        "posix, system",
        "builtins, eval",
        "builtins, getattr",
        "__builtin__, exec",
        "subprocess, Popen",
        "torch.storage, _load_from_bytes",
        "torch, load",
        "torch.hub, load",
        "runpy, run_path",
        "numpy.core.multiarray, _reconstruct",
        "collections, OrderedDict.fromkeys",
        "torch._utils, _rebuild_tensor_v2.__globals__",
        "'', ''"
    })
    void refusesEveryOtherGlobalByName(String module, String name) {
        PickleBytes call = PickleBytes.start()
                .global(module, name)
                .op('(')
                .text("id")
                .ops("tR")
                .stop();
        rejects(call, "the global " + module + "." + name, "runs no code");
        PickleBytes stacked =
                PickleBytes.start().text(module).text(name).op(0x93).ops(")R").stop();
        rejects(stacked, "the global " + module + "." + name);
    }

    @ParameterizedTest
    @ValueSource(ints = {'i', 'o', 0x81, 0x92, 'P', 0x82, 0x83, 0x84, 0x97, 0x98, 'V', 'I', 'S', 'B', 0x8e, 0x8b, 0xff})
    void refusesOpcodesThatStateDictsDoNotNeed(int opcode) {
        PickleBytes pickle =
                PickleBytes.start().ops("(NN").op(opcode).ops("os\nsystem\n").stop();
        rejects(pickle, "opcode 0x" + Integer.toHexString(opcode));
    }

    @Test
    void readsValuesAndContainers() {
        PickleBytes pickle =
                PickleBytes.start().ops("}(").text("a").number(-5).text("b").ops("K\u0007M\u0001\u0002\u0086");
        pickle.text("c")
                .ops("](NG")
                .ops("?\u00f8\0\0\0\0\0\0")
                .op(0x88)
                .ops("e")
                .number(9)
                .ops("J\u00ff\u00ff\u00ff\u00ff");
        pickle.ops("u").stop();
        Pickle.Dict dict = (Pickle.Dict) read(pickle.bytes());
        assertThat(dict.members())
                .containsEntry(new Pickle.Text("a"), new Pickle.Int(-5))
                .containsEntry(new Pickle.Int(9), new Pickle.Int(-1));
        Pickle.Tuple pair = (Pickle.Tuple) dict.members().getOrDefault(new Pickle.Text("b"), new Pickle.Nothing());
        assertThat(pair.items()).containsExactly(new Pickle.Int(7), new Pickle.Int(513));
        Pickle.Items list = (Pickle.Items) dict.members().getOrDefault(new Pickle.Text("c"), new Pickle.Nothing());
        assertThat(list.items()).containsExactly(new Pickle.Nothing(), new Pickle.Real(1.5), new Pickle.Flag(true));
    }

    @Test
    void aListInItselfDoesNoHarm() {
        assertThat(read(PickleBytes.start().ops("]q\0h\0a").stop().bytes())).isInstanceOf(Pickle.Items.class);
        rejects(PickleBytes.start().ops("}q\0(h\0Nu").stop(), "dictionary's key");
        rejects(PickleBytes.start().ops("](Ne\u0085q\0}(h\0Nu").stop(), "dictionary's key");
    }

    /** Each step doubles what a tuple stands for; nobody may look at all of it. */
    @Test
    void tuplesOfTuplesStaySmall() {
        PickleBytes pickle = PickleBytes.start().ops("N");
        for (int i = 0; i < 1000; i++) {
            pickle.ops("2").op(0x86);
        }
        assertThat(read(pickle.stop().bytes())).isInstanceOf(Pickle.Tuple.class);
    }

    @Test
    void refusesMoreValuesThanAnyStateDictHas() {
        byte[] pickle = new byte[PickleReader.VALUES_MAX + 10];
        Arrays.fill(pickle, (byte) ']');
        rejects(pickle, "more than " + PickleReader.VALUES_MAX);
        Arrays.fill(pickle, (byte) '(');
        rejects(pickle, "more than " + PickleReader.VALUES_MAX);
        Arrays.fill(pickle, (byte) 0x94);
        pickle[0] = 'N';
        rejects(pickle, "more than " + PickleReader.VALUES_MAX);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                ".",
                "t",
                "0",
                "2",
                "1",
                "R",
                "Q",
                "b",
                "a",
                "s",
                "u",
                "e",
                "q\0",
                "h\0",
                "(0",
                "N(\u0085",
                "NN(\u0086"
            })
    void refusesAStackThatIsTooShort(String opcodes) {
        rejects(PickleBytes.start().ops(opcodes).stop(), "expected: ");
    }

    @ParameterizedTest
    @ValueSource(strings = {"NNa", "NNNs", "N(u", "N(e", "NNb", "N)R", "NQ", "](Nu", "}(Ne", "}(Nu", "}N)s"})
    void refusesOperationsOnOtherValues(String opcodes) {
        rejects(PickleBytes.start().ops(opcodes).stop(), "expected: ");
    }

    @Test
    void refusesLengthsBeyondTheFile() {
        rejects(PickleBytes.start().ops("X\u00ff\u00ff\u00ff\u00ff").stop(), "its end");
        rejects(PickleBytes.start().op(0x8d).ops("\u00ff".repeat(8)).stop(), "its end, 18446744073709551615 bytes");
        rejects(PickleBytes.start().op(0x95).ops("\u00ff".repeat(8)).stop(), "a frame");
        rejects(PickleBytes.start().op(0x8a).op(200).ops("\0".repeat(200)).stop(), "a number of 200 bytes");
        rejects(PickleBytes.start().ops("c" + "a".repeat(2000)).stop(), "a name of more than 1000");
        rejects(PickleBytes.start().ops("cos"), "its end");
        rejects(new byte[] {(byte) 0x80, 9, '.'}, "protocol 9");
        rejects(new byte[] {(byte) 0x80, 1, '.'}, "protocol 1");
    }

    @Test
    void refusesCallsWithOtherArguments() {
        PickleBytes start = PickleBytes.start();
        rejects(start.global("collections", "OrderedDict").ops("N\u0085R").stop(), "1 arguments");
        rejects(PickleBytes.start().global("torch._utils", "_rebuild_tensor_v2").ops(")R"), "0 arguments");
        rejects(PickleBytes.start().global("torch._utils", "_rebuild_tensor").ops("(NNNNtR"), "without a storage");
        rejects(PickleBytes.start().global("torch._utils", "_rebuild_parameter").ops("(NNNtR"), "without a tensor");
        rejects(PickleBytes.start().global("torch", "Size").ops("N\u0085R"), "in place of a tuple");
        rejects(PickleBytes.start().global("torch", "FloatStorage").ops(")R"), "something else than a function");
        rejects(PickleBytes.start().op('(').text("module").ops("NNNNtQ"), "outside the pickle");
    }

    @Test
    void refusesTensorsWithSizesThatAreNone() {
        rejects(tensor(-1, new long[] {1}, new long[] {1}), "found -1");
        rejects(tensor(0, new long[] {-3}, new long[] {1}), "found -3");
        rejects(tensor(0, new long[] {3}, new long[] {-1}), "found -1");
        rejects(tensor(0, new long[] {3, 3}, new long[] {1}), "2 sizes and 1 strides");
        rejects(tensor(0, new long[9], new long[9]), "9 sizes");
    }

    private static PickleBytes tensor(long offset, long[] sizes, long[] strides) {
        return PickleBytes.start()
                .tensor("FloatStorage", "0", 4, offset, sizes, strides)
                .stop();
    }

    @Test
    void storagesAreKnownByTheirKeys() {
        PickleReader reader = new PickleReader(
                "m.bin",
                MemorySegment.ofArray(tensor(0, new long[] {2}, new long[] {1}).bytes()),
                0);
        assertThat(reader.read()).isInstanceOf(Pickle.View.class);
        assertThat(reader.storageTypes()).isEqualTo(Map.of("0", wok.tensor.DType.F32));
        assertThat(reader.bytes())
                .isEqualTo(tensor(0, new long[] {2}, new long[] {1}).bytes().length);
    }
}
