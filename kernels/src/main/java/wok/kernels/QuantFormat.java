package wok.kernels;

import java.util.Optional;
import wok.tensor.DType;

/**
 * How a file's quantised type is widened into a packed family, and the bounds that make its integer sums exact.
 *
 * <p>Bounds, with activations of at most 127 in size: a sum over 32 columns of {@code |quant| <= 255} is at most
 * 1 036 320. With sub-scales, {@code |subScale * quant| <= 4096}, so that 32 columns give at most 16 646 144, less than
 * 2^24, and 256 columns at most 133 169 152, less than 2^31. {@code exactColumns} is over how many columns the sum of
 * {@code subScale * quant * activation} stays below 2^24 whatever the data: there 32-bit floats add it exactly.
 *
 * @param bits of a packed quant, 8 or 4
 * @param subColumns columns of one sub-scale (16 or 32); 32 for formats without super-blocks
 * @param offset added to a quant when it is packed, so that it is unsigned
 * @param hasMin whether weights have a minimum
 * @param exactColumns see above; 32, 64, 128 or 256
 * @param superBlock whether 256 columns share a scale and have sub-scales
 */
record QuantFormat(int bits, int subColumns, int offset, boolean hasMin, int exactColumns, boolean superBlock) {
    private static final QuantFormat Q8 = new QuantFormat(8, 32, 128, false, 32, false);
    private static final QuantFormat Q8_MIN = new QuantFormat(8, 32, 128, true, 32, false);

    /** The packed form of a file type; empty for a type that is not quantised or not supported. */
    static Optional<QuantFormat> of(DType type) {
        return Optional.ofNullable(
                switch (type) {
                    case Q8_0, Q5_0, IQ4_NL, MXFP4 -> Q8;
                    case Q5_1 -> Q8_MIN;
                    case Q4_0 -> new QuantFormat(4, 32, 8, false, 32, false);
                    case Q4_1 -> new QuantFormat(4, 32, 0, true, 32, false);
                    case Q2_K -> new QuantFormat(4, 16, 0, true, 256, true);
                    case Q3_K -> new QuantFormat(4, 16, 4, false, 256, true);
                    case Q4_K -> new QuantFormat(4, 32, 0, true, 128, true);
                    case Q5_K -> new QuantFormat(8, 32, 128, true, 64, true);
                    case Q6_K -> new QuantFormat(8, 16, 128, false, 32, true);
                    case IQ4_XS -> new QuantFormat(8, 32, 128, false, 32, true);
                    default -> null;
                });
    }
}
