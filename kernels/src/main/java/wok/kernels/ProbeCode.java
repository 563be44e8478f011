package wok.kernels;

import static wok.assembler.Gpr.R8;
import static wok.assembler.Gpr.R9;
import static wok.assembler.Gpr.RAX;
import static wok.assembler.Gpr.RCX;
import static wok.assembler.Gpr.RDI;
import static wok.assembler.Gpr.RDX;
import static wok.assembler.Gpr.RSI;

import java.lang.foreign.Arena;
import java.util.List;
import java.util.stream.IntStream;
import wok.assembler.Assembler;
import wok.assembler.Condition;
import wok.assembler.Gpr;
import wok.assembler.Label;
import wok.assembler.MachineFunction;
import wok.assembler.Mem;
import wok.assembler.RegisterFile;
import wok.assembler.Tile;
import wok.assembler.TileShape;
import wok.assembler.Vec;
import wok.assembler.Width;

/**
 * Loops that show what a machine can do at most. Sums go to as many registers as there are, since an addition waits
 * four or five cycles for the one before it and two can start in each.
 *
 * <pre>
 * read          (address, bytes, times)   loads all of it, in four streams; bytes is a multiple of {@value #READ_STEP}
 * multiplyAdds  (times)                   a loop of multiplyAddsInLoop() of them
 * </pre>
 *
 * <p>Why four streams: on the machine at hand (Sapphire Rapids, one thread, 256 MiB) one stream read 12.2 GB/s, with
 * prefetches 12.8, four streams 16.2: a core's prefetcher follows each of them.
 */
final class ProbeCode {
    /** Bytes that one round of {@code read} takes from all streams. */
    static final int READ_STEP = 1024;

    private static final int STREAMS = 4;
    private static final int STREAM_STEP = READ_STEP / STREAMS;

    /** In 32-bit lanes: the bytes 1, the words 1, and a float that stays finite in any sum. */
    private static final int BYTES_OF_ONE = 0x0101_0101;

    private static final int WORDS_OF_ONE = 0x0001_0001;

    private ProbeCode() {}

    static MachineFunction read(Width width, Arena arena) {
        Assembler a = new Assembler();
        Vec loaded = registers(width).take("loaded");
        List<Gpr> streams = List.of(RCX, R8, R9, RAX);
        Gpr address = RDI;
        Gpr bytes = RSI;
        Gpr times = RDX;
        Label again = a.label("again");
        Label step = a.label("step");
        a.shr(bytes, Integer.numberOfTrailingZeros(STREAMS));
        a.bind(again);
        a.mov(streams.getFirst(), address);
        for (int s = 1; s < STREAMS; s++) {
            a.lea(streams.get(s), Mem.at(streams.get(s - 1), bytes, 1));
        }
        Gpr end = Gpr.R10;
        a.mov(end, streams.get(1));
        a.align(64);
        a.bind(step);
        for (Gpr stream : streams) {
            for (int offset = 0; offset < STREAM_STEP; offset += width.bytes()) {
                a.vmovups(loaded, Mem.at(stream, offset));
            }
            a.add(stream, STREAM_STEP);
        }
        a.cmp(streams.getFirst(), end);
        a.jump(Condition.NOT_EQUAL, step);
        a.dec(times);
        a.jump(Condition.NOT_EQUAL, again);
        a.vzeroupper();
        a.ret();
        return MachineFunction.of("probe of reading", a, arena);
    }

    /**
     * A loop of multiply-adds.
     *
     * @param registerBits of its operands
     * @param multiplyAdds in one turn of the loop
     */
    record Loop(
            MachinePeaks.Element element,
            String instruction,
            int registerBits,
            int multiplyAdds,
            MachineFunction code) {}

    /** Sixteen products a 512-bit register, eight a 256-bit one. */
    static Loop floats(Width width, Arena arena) {
        RegisterFile registers = registers(width);
        Assembler a = new Assembler();
        Vec factor = constant(a, registers.take("factor"), Float.floatToRawIntBits(1f));
        Vec[] sums = zeros(a, registers);
        loop(a, () -> {
            for (Vec sum : sums) {
                a.vfmadd231ps(sum, factor, factor);
            }
        });
        MachineFunction code = MachineFunction.of("probe of vfmadd231ps", a, arena);
        return new Loop(
                MachinePeaks.Element.FLOAT32, "vfmadd231ps", 8 * width.bytes(), sums.length * width.lanes(), code);
    }

    /** {@code vpdpbusd}: four products of bytes a lane. */
    static Loop dotProducts(Width width, Arena arena) {
        RegisterFile registers = registers(width);
        Assembler a = new Assembler();
        Vec factor = constant(a, registers.take("factor"), BYTES_OF_ONE);
        Vec[] sums = zeros(a, registers);
        loop(a, () -> {
            for (Vec sum : sums) {
                a.vpdpbusd(sum, factor, factor);
            }
        });
        MachineFunction code = MachineFunction.of("probe of vpdpbusd", a, arena);
        return new Loop(
                MachinePeaks.Element.INT8, "vpdpbusd", 8 * width.bytes(), sums.length * 4 * width.lanes(), code);
    }

    /** What AVX2 has for bytes: products in pairs to 16 bits, those in pairs to 32, and the sum. */
    static Loop bytePairs(Width width, Arena arena) {
        RegisterFile registers = registers(width);
        Assembler a = new Assembler();
        Vec factor = constant(a, registers.take("factor"), BYTES_OF_ONE);
        Vec ones = constant(a, registers.take("ones"), WORDS_OF_ONE);
        Vec[] products = registers.take("products", 4);
        Vec[] sums = zeros(a, registers);
        loop(a, () -> {
            for (int i = 0; i < sums.length; i++) {
                Vec product = products[i % products.length];
                a.vpmaddubsw(product, factor, factor);
                a.vpmaddwd(product, product, ones);
                a.vpaddd(sums[i], sums[i], product);
            }
        });
        String name = "vpmaddubsw, vpmaddwd, vpaddd";
        MachineFunction code = MachineFunction.of("probe of " + name, a, arena);
        return new Loop(MachinePeaks.Element.INT8, name, 8 * width.bytes(), sums.length * 4 * width.lanes(), code);
    }

    /** AMX: 16 x 16 sums of 64 products of bytes in one instruction, on four tiles of sums in turn. */
    static Loop tiles(Arena arena) {
        Assembler a = new Assembler();
        TileShape shape = new TileShape();
        List<Tile> tiles = IntStream.range(0, 8).mapToObj(Tile::new).toList();
        tiles.forEach(tile -> shape.set(tile, 16, 64));
        a.ldtilecfg(shape);
        Runnable body = () -> {
            for (int sum = 0; sum < 4; sum++) {
                a.tdpbusd(tiles.get(sum), tiles.get(4 + sum / 2), tiles.get(6 + sum % 2));
            }
        };
        loop(a, body, a::tilerelease);
        MachineFunction code = MachineFunction.of("probe of tdpbusd", a, arena);
        return new Loop(MachinePeaks.Element.INT8, "tdpbusd", 8 * 16 * 64, 4 * 16 * 16 * 64, code);
    }

    private static RegisterFile registers(Width width) {
        return width == Width.ZMM ? RegisterFile.zmm() : RegisterFile.ymm();
    }

    private static Vec constant(Assembler a, Vec register, int lanes) {
        a.vpbroadcastd(register, a.words(lanes));
        return register;
    }

    /** All registers that are left. */
    private static Vec[] zeros(Assembler a, RegisterFile registers) {
        Vec[] sums = registers.take("sum", registers.free());
        for (Vec sum : sums) {
            a.zero(sum);
        }
        return sums;
    }

    private static void loop(Assembler a, Runnable body) {
        loop(a, body, a::vzeroupper);
    }

    private static void loop(Assembler a, Runnable body, Runnable end) {
        Label again = a.label("again");
        a.align(64);
        a.bind(again);
        body.run();
        a.dec(RDI);
        a.jump(Condition.NOT_EQUAL, again);
        end.run();
        a.ret();
    }
}
