package wok.kernels;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/**
 * Brings codes of 5 and 6 bits, and codes of a codebook, into the form of 8-bit ones: unsigned bytes, quant plus
 * {@link QuantFormat#offset}, eight planes for each run of 32 columns (see {@link QuantFormat}). One vector of lanes at
 * a time, since a lane's codes never leave it. One worker.
 */
final class VectorUnpacker {
    /** Runs of 32 columns that fit. */
    static final int RUNS = 8;

    private static final int RUN_BYTES = 512;
    private static final long PLANE = 64;
    private static final int L = Lanes.COUNT;
    private static final int LOW_HALVES = 0x0F0F0F0F;

    private final MemorySegment memory = Arena.ofAuto().allocate(RUNS * RUN_BYTES, FloatRows.ALIGNMENT);

    /** Where {@link #run} writes. */
    MemorySegment memory() {
        return memory;
    }

    /**
     * Unpacks {@code runs} neighbouring runs for the lanes of one vector. {@code at} is where the first run starts plus 4
     * bytes for each lane before; the same lanes of run r are then at {@code 512 * r + lanesAt} of {@link #memory}.
     */
    void run(MemorySegment packed, long at, QuantFormat format, int runs, long lanesAt) {
        for (int run = 0; run < runs; run++) {
            long from = at + (long) run * format.quantBytes();
            long to = (long) run * RUN_BYTES + lanesAt;
            if (format.codebook() != Codebook.NONE) {
                lookUp(packed, from, format.codebook().unsigned(), memory, to);
            } else if (format.bits() == 5) {
                fiveBits(packed, from, memory, to);
            } else {
                sixBits(packed, from, memory, to);
            }
        }
    }

    private static void fiveBits(MemorySegment packed, long from, MemorySegment out, long to) {
        IntVector top = Lanes.ints(packed, from + 4 * PLANE);
        for (int i = 0; i < 4; i++) {
            IntVector codes = Lanes.ints(packed, from + PLANE * i);
            IntVector low = top.lanewise(VectorOperators.LSHR, i).and(0x01010101);
            IntVector high = top.lanewise(VectorOperators.LSHR, i + 4).and(0x01010101);
            store(codes, low, high, out, to + PLANE * i);
        }
    }

    private static void sixBits(MemorySegment packed, long from, MemorySegment out, long to) {
        IntVector lowTop = Lanes.ints(packed, from + 4 * PLANE);
        IntVector highTop = Lanes.ints(packed, from + 5 * PLANE);
        for (int i = 0; i < 4; i++) {
            IntVector codes = Lanes.ints(packed, from + PLANE * i);
            IntVector low = lowTop.lanewise(VectorOperators.LSHR, 2 * i).and(0x03030303);
            IntVector high = highTop.lanewise(VectorOperators.LSHR, 2 * i).and(0x03030303);
            store(codes, low, high, out, to + PLANE * i);
        }
    }

    /** The low halves of {@code codes} with the bits {@code low} above them, and its high halves four planes on. */
    private static void store(IntVector codes, IntVector low, IntVector high, MemorySegment out, long to) {
        codes.and(LOW_HALVES)
                .or(low.lanewise(VectorOperators.LSHL, 4))
                .intoMemorySegment(out, to, ByteOrder.LITTLE_ENDIAN);
        codes.lanewise(VectorOperators.LSHR, 4)
                .and(LOW_HALVES)
                .or(high.lanewise(VectorOperators.LSHL, 4))
                .intoMemorySegment(out, to + 4 * PLANE, ByteOrder.LITTLE_ENDIAN);
    }

    /** Sixteen codes at a time: the table is one vector of 128 bits on every machine. */
    private static void lookUp(MemorySegment packed, long from, byte[] values, MemorySegment out, long to) {
        ByteVector table = ByteVector.fromArray(ByteVector.SPECIES_128, values, 0);
        for (int i = 0; i < 4; i++) {
            for (int octet = 0; octet < 4 * L; octet += 16) {
                long at = PLANE * i + octet;
                IntVector codes =
                        IntVector.fromMemorySegment(IntVector.SPECIES_128, packed, from + at, ByteOrder.LITTLE_ENDIAN);
                IntVector low = codes.and(LOW_HALVES);
                IntVector high = codes.lanewise(VectorOperators.LSHR, 4).and(LOW_HALVES);
                low.reinterpretAsBytes().selectFrom(table).intoMemorySegment(out, to + at, ByteOrder.LITTLE_ENDIAN);
                high.reinterpretAsBytes()
                        .selectFrom(table)
                        .intoMemorySegment(out, to + at + 4 * PLANE, ByteOrder.LITTLE_ENDIAN);
            }
        }
    }
}
