package wok.kernels;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.Vector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/**
 * The vectors of this machine: 4, 8 or 16 lanes of 32 bits, and exact conversions into them. A group of 16 output rows
 * takes 16 / {@link #COUNT} vectors. Stateless; any thread.
 */
final class Lanes {
    static final VectorSpecies<Float> FLOATS = species();
    static final VectorSpecies<Integer> INTS = FLOATS.withLanes(int.class);
    /** Lanes of one vector. */
    static final int COUNT = FLOATS.length();
    /** Columns of a {@link VectorTile} and lanes of a panel: at least two vectors and at least one group. */
    static final int STRIDE = Math.max(PackedMatrix.GROUP_ROWS, 2 * COUNT);

    private static final ByteOrder ORDER = ByteOrder.LITTLE_ENDIAN;
    private static final VectorSpecies<Short> SHORTS =
            VectorSpecies.of(short.class, VectorShape.forBitSize(Math.max(64, COUNT * 16)));
    private static final VectorSpecies<Byte> BYTES =
            VectorSpecies.of(byte.class, VectorShape.forBitSize(Math.max(64, COUNT * 8)));

    private Lanes() {}

    private static VectorSpecies<Float> species() {
        int bits = Math.clamp(FloatVector.SPECIES_PREFERRED.vectorBitSize(), 128, 512);
        return VectorSpecies.of(float.class, VectorShape.forBitSize(bits));
    }

    static FloatVector floats(MemorySegment memory, long at) {
        return FloatVector.fromMemorySegment(FLOATS, memory, at, ORDER);
    }

    static void store(FloatVector vector, MemorySegment memory, long at) {
        vector.intoMemorySegment(memory, at, ORDER);
    }

    static IntVector ints(MemorySegment memory, long at) {
        return IntVector.fromMemorySegment(INTS, memory, at, ORDER);
    }

    /** Exact up to 2^24 in size, then rounded to nearest. */
    static FloatVector toFloats(Vector<Integer> ints) {
        return (FloatVector) ints.convertShape(VectorOperators.I2F, FLOATS, 0);
    }

    /** Exact for whole numbers. */
    static IntVector toInts(FloatVector floats) {
        return (IntVector) floats.convertShape(VectorOperators.F2I, INTS, 0);
    }

    /** Signed bytes as floats; reads 8 bytes when there are only 4 lanes. */
    static FloatVector signedBytes(MemorySegment memory, long at) {
        ByteVector bytes = ByteVector.fromMemorySegment(BYTES, memory, at, ORDER);
        return (FloatVector) bytes.convertShape(VectorOperators.B2F, FLOATS, 0);
    }

    /** bfloat16 numbers, exactly. */
    static FloatVector brainFloats(MemorySegment memory, long at) {
        return shorts(memory, at).lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats();
    }

    /**
     * Half-precision numbers, exactly. A normal one has its exponent moved by 112; a subnormal one is read as
     * 2^-14 (1 + fraction), from which 2^-14 is taken away; an infinity or NaN has its exponent moved by 224.
     */
    static FloatVector halfFloats(MemorySegment memory, long at) {
        IntVector half = shorts(memory, at);
        IntVector magnitude = half.and(0x7FFF).lanewise(VectorOperators.LSHL, 13);
        IntVector sign = half.and(0x8000).lanewise(VectorOperators.LSHL, 16);
        IntVector subnormal =
                magnitude.add(113 << 23).reinterpretAsFloats().sub(0x1p-14f).reinterpretAsInts();
        IntVector value = magnitude
                .add(112 << 23)
                .blend(subnormal, magnitude.lt(1 << 23))
                .blend(magnitude.add(224 << 23), magnitude.compare(VectorOperators.GE, 31 << 23));
        return value.or(sign).reinterpretAsFloats();
    }

    private static IntVector shorts(MemorySegment memory, long at) {
        ShortVector shorts = ShortVector.fromMemorySegment(SHORTS, memory, at, ORDER);
        return (IntVector) shorts.convertShape(VectorOperators.S2I, INTS, 0);
    }
}
