package wok.assembler;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What of a vector instruction's bytes says which instruction it is: prefix, opcode map, mandatory prefix, bit W,
 * opcode and width. Source: Intel SDM volume 2, 2.3 (VEX) and 2.7 (EVEX).
 *
 * @param width the field L or L'L: 0 for 128 bits, 1 for 256, 2 for 512
 */
record VectorHead(boolean evex, int map, int prefix, int w, int opcode, int width) {
    /** The first instruction of the bytes, if it is of VEX or EVEX. */
    static Optional<VectorHead> of(byte[] bytes) {
        return switch (bytes[0] & 0xFF) {
            case 0xC5 -> Optional.of(new VectorHead(false, 1, bytes[1] & 3, 0, bytes[2] & 0xFF, bytes[1] >> 2 & 1));
            case 0xC4 ->
                Optional.of(new VectorHead(
                        false, bytes[1] & 31, bytes[2] & 3, bytes[2] >> 7 & 1, bytes[3] & 0xFF, bytes[2] >> 2 & 1));
            case 0x62 ->
                Optional.of(new VectorHead(
                        true, bytes[1] & 7, bytes[2] & 3, bytes[2] >> 7 & 1, bytes[4] & 0xFF, bytes[3] >> 5 & 3));
            default -> Optional.empty();
        };
    }

    /** Every head that an instruction can have. */
    static List<VectorHead> all(Instruction i) {
        List<VectorHead> heads = new ArrayList<>();
        for (Width width : i.widths()) {
            boolean vex = width != Width.ZMM && i.encodings() != Instruction.Encodings.EVEX_ONLY;
            if (vex) {
                heads.add(new VectorHead(false, i.mapNumber(), i.prefixNumber(), i.vexW(), i.opcode(), width.number()));
            }
            if (i.encodings() != Instruction.Encodings.VEX_ONLY) {
                heads.add(new VectorHead(true, i.mapNumber(), i.prefixNumber(), i.evexW(), i.opcode(), width.number()));
            }
        }
        return heads;
    }
}
