package wok.kernels;

import static wok.assembler.Gpr.R8;
import static wok.assembler.Gpr.R9;
import static wok.assembler.Gpr.RCX;
import static wok.assembler.Gpr.RDI;
import static wok.assembler.Gpr.RDX;
import static wok.assembler.Gpr.RSI;

import java.lang.foreign.Arena;
import wok.assembler.Assembler;
import wok.assembler.Condition;
import wok.assembler.Gpr;
import wok.assembler.Label;
import wok.assembler.MachineFunction;
import wok.assembler.Mem;
import wok.assembler.Vec;
import wok.kernels.LaneOperand.Sixteen;

/**
 * From the sums of 16 quants all that {@link QuantisedRows} keeps of a block of 256 columns.
 *
 * <pre>
 * kernel (sums16 [blocks][16], blocks, corrections32 [blocks][8], sums32 [blocks][8],
 *         shortSums32 [blocks][8], shortSums16 [blocks][16])
 *
 * shortSums16[i]   = sums16[i]                                       as i16
 * sums32[i]        = sums16[2 i] + sums16[2 i + 1]                   as f32; shortSums32 as i16
 * corrections32[i] = -128 * sums32[i]                                i32
 * sums16[i]        = -128 * sums16[i]                                in place: these are the corrections16
 * </pre>
 *
 * <p>Whole numbers, so there is no order to keep.
 */
final class SumsCode {
    private static final int SWAP_NEIGHBOURS = 0b10_11_00_01;
    private static final int EVEN_QUARTERS_FIRST = 0b11_01_10_00;
    private static final int OFFSET_BITS = Integer.numberOfTrailingZeros(QuantisedRows.UNSIGNED_OFFSET);

    private final LaneCode code;
    private final Assembler a;
    private final Sixteen sums;
    private final Sixteen pairs;
    private final Sixteen negative;
    private final Vec zero;

    private SumsCode(MachineTier tier) {
        code = new LaneCode(tier);
        a = code.assembler();
        sums = code.take("sums of 16");
        pairs = code.take("sums of 32");
        negative = code.take("corrections");
        zero = code.takeVector("zero");
    }

    static MachineFunction sums(MachineTier tier, Arena arena) {
        return new SumsCode(tier).assemble(arena);
    }

    private MachineFunction assemble(Arena arena) {
        Gpr sums16 = RDI;
        Gpr blocks = RSI;
        Label block = a.label("block of 256");
        a.zero(zero);
        a.bind(block);
        code.load(sums, Mem.at(sums16));
        storeShorts(Mem.at(R9));
        addPairs();
        Vec eight = pairs.low().ymm();
        a.vpslld(negative.low().ymm(), eight, OFFSET_BITS);
        a.vpsubd(negative.low().ymm(), zero.ymm(), negative.low().ymm());
        a.vmovdqu(Mem.at(RDX), negative.low().ymm());
        storeShortPairs(Mem.at(R8));
        a.vcvtdq2ps(eight, eight);
        a.vmovups(Mem.at(RCX), eight);
        code.shiftLeft(negative, sums, OFFSET_BITS);
        negative.parts().forEach(part -> a.vpsubd(part, zero, part));
        code.store(Mem.at(sums16), negative);
        a.add(sums16, 64);
        a.add(RDX, 32);
        a.add(RCX, 32);
        a.add(R8, 16);
        a.add(R9, 32);
        a.dec(blocks);
        a.jump(Condition.NOT_EQUAL, block);
        return code.finish("sums", arena);
    }

    private void storeShorts(Mem to) {
        if (code.isAvx512()) {
            a.vpmovdw(to, sums.low());
            return;
        }
        Vec packed = pairs.low();
        a.vpackssdw(packed, sums.part(0), sums.part(1));
        a.vpermq(packed, packed, EVEN_QUARTERS_FIRST);
        a.vmovdqu(to, packed);
    }

    /** The eight sums of neighbours, in the low half. */
    private void addPairs() {
        for (int p = 0; p < sums.parts().size(); p++) {
            a.vpshufd(pairs.part(p), sums.part(p), SWAP_NEIGHBOURS);
        }
        code.addInts(pairs, pairs, sums);
        Vec even = negative.low();
        if (code.isAvx512()) {
            a.vmovdqu(even, a.words(0, 2, 4, 6, 8, 10, 12, 14, 0, 0, 0, 0, 0, 0, 0, 0));
            a.vpermd(pairs.low(), even, pairs.low());
        } else {
            a.vmovdqu(even, a.words(0, 2, 4, 6, 0, 2, 4, 6));
            a.vpermd(pairs.part(0), even, pairs.part(0));
            a.vpermd(pairs.part(1), even, pairs.part(1));
            a.vinsert128(pairs.low(), pairs.low(), pairs.part(1).xmm(), 1);
        }
    }

    private void storeShortPairs(Mem to) {
        if (code.isAvx512()) {
            a.vpmovdw(to, pairs.low().ymm());
            return;
        }
        Vec low = pairs.low().xmm();
        Vec high = pairs.part(1).xmm();
        Vec packed = negative.low().xmm();
        a.vextract128(high, pairs.low(), 1);
        a.vpackssdw(packed, low, high);
        a.vmovdqu(to, packed);
    }
}
