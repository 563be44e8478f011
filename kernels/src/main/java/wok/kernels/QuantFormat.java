package wok.kernels;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.MemorySegment;
import java.util.Optional;
import wok.tensor.DType;

/**
 * How a file's quantised type is kept as a packed family, and the bounds that make its integer sums exact.
 *
 * <p>Codes. 32 columns of 16 rows are the eight vectors i = 0…7 of columns 4i to 4i + 3, where byte 4 * lane + c belongs
 * to output row {@code lane} and column 4i + c. They are kept as
 * <pre>
 * 8 bits   eight planes of 64 bytes, plane i = vector i
 * 4 bits   four planes of 64 bytes, plane p = vector p in the low halves of its bytes, vector p + 4 in the high
 * 5 bits   the four planes of the low 4 bits, then one whose byte has bit 4 of vector i in its bit i
 * 6 bits   the four planes of the low 4 bits, then two: plane h has bits 4-5 of vector 4h + m in its bits 2m, 2m + 1
 * </pre>
 * so that a vector of bytes is one load, one mask and perhaps a shift away from what an integer dot product takes.
 *
 * <p>Bounds, with activations of at most 127 in size: a sum over 32 columns of {@code |quant| <= 255} is at most
 * 1 036 320. With sub-scales, {@code |subScale * quant| <= 4096}, so that 32 columns give at most 16 646 144, less than
 * 2^24, and 256 columns at most 133 169 152, less than 2^31. {@code exactColumns} is over how many columns the sum of
 * {@code subScale * quant * activation} stays below 2^24 whatever the data: there 32-bit floats add it exactly.
 *
 * @param bits of a code: 4, 5, 6 or 8
 * @param subColumns columns of one sub-scale (16 or 32); 32 for formats without super-blocks
 * @param offset code minus quant; with a codebook {@link Codebook#OFFSET}
 * @param hasMin whether weights have a minimum
 * @param exactColumns see above; 32, 64, 128 or 256
 * @param superBlock whether 256 columns share a scale and have sub-scales
 * @param codebook what codes stand for
 * @param scaleType of scales and minima: F16, as nearly all files have them, or F32
 */
record QuantFormat(
        int bits,
        int subColumns,
        int offset,
        boolean hasMin,
        int exactColumns,
        boolean superBlock,
        Codebook codebook,
        DType scaleType) {

    /** The packed form of a file type; empty for a type that is not quantised or not supported. */
    static Optional<QuantFormat> of(DType type) {
        return Optional.ofNullable(
                switch (type) {
                    case Q8_0 -> blocks(8, 128, false);
                    case Q4_0 -> blocks(4, 8, false);
                    case Q4_1 -> blocks(4, 0, true);
                    case Q5_0 -> blocks(5, 16, false);
                    case Q5_1 -> blocks(5, 0, true);
                    case IQ4_NL -> new QuantFormat(4, 32, Codebook.OFFSET, false, 32, false, Codebook.IQ4, DType.F16);
                    case MXFP4 -> new QuantFormat(4, 32, Codebook.OFFSET, false, 32, false, Codebook.MXFP4, DType.F32);
                    case Q2_K -> superBlocks(4, 16, 0, true, 256);
                    case Q3_K -> superBlocks(4, 16, 4, false, 256);
                    case Q4_K -> superBlocks(4, 32, 0, true, 128);
                    case Q5_K -> superBlocks(5, 32, 0, true, 64);
                    case Q6_K -> superBlocks(6, 16, 32, false, 32);
                    case IQ4_XS -> codebook(32, 32, Codebook.IQ4, DType.F16);
                    case IQ1_S -> codebook(32, 256, Codebook.IQ1, DType.F32);
                    case IQ1_M -> codebook(16, 256, Codebook.IQ1, DType.F32);
                    case IQ2_XXS -> codebook(32, 64, Codebook.IQ2, DType.F32);
                    case IQ2_XS, IQ2_S -> codebook(16, 64, Codebook.IQ2, DType.F32);
                    case IQ3_XXS -> codebook(32, 64, Codebook.IQ3, DType.F32);
                    case IQ3_S -> codebook(32, 256, Codebook.IQ3_ODD, DType.F16);
                    case TQ1_0, TQ2_0 -> superBlocks(4, 16, 4, false, 256); // that of Q3_K, with sub-scales of 1
                    default -> null;
                });
    }

    private static QuantFormat blocks(int bits, int offset, boolean hasMin) {
        return new QuantFormat(bits, 32, offset, hasMin, 32, false, Codebook.NONE, DType.F16);
    }

    private static QuantFormat superBlocks(int bits, int subColumns, int offset, boolean hasMin, int exactColumns) {
        return new QuantFormat(bits, subColumns, offset, hasMin, exactColumns, true, Codebook.NONE, DType.F16);
    }

    private static QuantFormat codebook(int subColumns, int exactColumns, Codebook codebook, DType scaleType) {
        return new QuantFormat(4, subColumns, Codebook.OFFSET, false, exactColumns, true, codebook, scaleType);
    }

    /** Columns that share a scale. */
    int blockColumns() {
        return superBlock ? 256 : 32;
    }

    /** Sub-scales of a super-block. */
    int subBlocks() {
        return blockColumns() / subColumns;
    }

    /** Bytes of the codes of 32 columns and 16 rows. */
    int quantBytes() {
        return 64 * bits;
    }

    /** Bytes of one scale. */
    int scaleBytes() {
        return scaleType == DType.F16 ? 2 : 4;
    }

    /** Whether codes are whole bytes or halves of bytes that are the quant plus {@link #offset}. */
    boolean isPlain() {
        return (bits == 4 || bits == 8) && codebook == Codebook.NONE;
    }

    /** {@code Q4}, {@code Q5+min}, {@code Q6x16}, {@code IQ4x8}, … */
    String family() {
        String codes = codebook == Codebook.NONE ? "Q" + bits : codebook.name();
        return codes + (superBlock ? "x" + subBlocks() : "") + (hasMin ? "+min" : "");
    }

    /** The signed quant of a lane and a column among the 32 whose codes start at byte {@code at}. */
    int quant(MemorySegment memory, long at, int lane, int column) {
        int code = code(memory, at + 4L * lane + column % 4, column / 4);
        return codebook == Codebook.NONE ? code - offset : codebook.value(code);
    }

    /** The code of vector {@code i}; {@code at} is the byte of its lane and column in plane 0. */
    private int code(MemorySegment memory, long at, int i) {
        if (bits == 8) {
            return octet(memory, at + 64L * i);
        }
        int low = (octet(memory, at + 64L * (i % 4)) >>> (4 * (i / 4))) & 0xF;
        return switch (bits) {
            case 5 -> low | ((octet(memory, at + 256) >>> i) & 1) << 4;
            case 6 -> low | ((octet(memory, at + 256 + 64L * (i / 4)) >>> (2 * (i % 4))) & 3) << 4;
            default -> low;
        };
    }

    private static int octet(MemorySegment memory, long at) {
        return memory.get(JAVA_BYTE, at) & 0xFF;
    }
}
