package wok.assembler;

import static wok.assembler.Instruction.Encodings.EVEX_ONLY;
import static wok.assembler.Instruction.Encodings.VEX_AND_EVEX;
import static wok.assembler.Instruction.Encodings.VEX_ONLY;
import static wok.assembler.Instruction.OpcodeMap.M0F;
import static wok.assembler.Instruction.OpcodeMap.M0F38;
import static wok.assembler.Instruction.OpcodeMap.M0F3A;
import static wok.assembler.Instruction.Prefix.F2;
import static wok.assembler.Instruction.Prefix.F3;
import static wok.assembler.Instruction.Prefix.NONE;
import static wok.assembler.Instruction.Prefix.P66;
import static wok.assembler.Instruction.Tuple.BYTE;
import static wok.assembler.Instruction.Tuple.DWORD;
import static wok.assembler.Instruction.Tuple.FULL;
import static wok.assembler.Instruction.Tuple.FULL_MEMORY;
import static wok.assembler.Instruction.Tuple.HALF;
import static wok.assembler.Instruction.Tuple.QUARTER;
import static wok.assembler.Instruction.Tuple.QWORD;
import static wok.assembler.Instruction.Tuple.SIXTEEN_BYTES;
import static wok.assembler.Instruction.Tuple.THIRTY_TWO_BYTES;
import static wok.assembler.Instruction.Tuple.WORD;

import java.util.EnumSet;
import java.util.Set;

/**
 * The vector instructions that kernels use, one line each: encodings there are, opcode map, mandatory prefix, opcode,
 * bit W, and how much memory the operand names (which is what {@code disp8*N} compression counts in).
 *
 * <p>Source: Intel SDM volume 2, the "Opcode/Instruction" and "Tuple Type" tables of each instruction.
 */
enum Instruction {
    // Moves
    VMOVUPS_LOAD(VEX_AND_EVEX, M0F, NONE, 0x10, 0, FULL_MEMORY),
    VMOVUPS_STORE(VEX_AND_EVEX, M0F, NONE, 0x11, 0, FULL_MEMORY),
    VMOVAPS(VEX_AND_EVEX, M0F, NONE, 0x28, 0, FULL_MEMORY),
    VMOVSS_LOAD(VEX_AND_EVEX, M0F, F3, 0x10, 0, DWORD),
    VMOVSS_STORE(VEX_AND_EVEX, M0F, F3, 0x11, 0, DWORD),
    VMOVDQU_LOAD(VEX_AND_EVEX, M0F, F3, 0x6F, 0, FULL_MEMORY),
    VMOVDQU_STORE(VEX_AND_EVEX, M0F, F3, 0x7F, 0, FULL_MEMORY),
    VMOVDQU8_LOAD(EVEX_ONLY, M0F, F2, 0x6F, 0, FULL_MEMORY),
    VMOVDQU8_STORE(EVEX_ONLY, M0F, F2, 0x7F, 0, FULL_MEMORY),
    VMOVDQU16_LOAD(EVEX_ONLY, M0F, F2, 0x6F, 1, FULL_MEMORY),
    VMOVDQU16_STORE(EVEX_ONLY, M0F, F2, 0x7F, 1, FULL_MEMORY),
    VMOVNTPS(VEX_AND_EVEX, M0F, NONE, 0x2B, 0, FULL_MEMORY),
    VMOVD_FROM_GPR(VEX_AND_EVEX, M0F, P66, 0x6E, 0, DWORD),
    VMOVD_TO_GPR(VEX_AND_EVEX, M0F, P66, 0x7E, 0, DWORD),
    VMOVQ_FROM_GPR(VEX_AND_EVEX, M0F, P66, 0x6E, 1, QWORD),
    VMOVQ_TO_GPR(VEX_AND_EVEX, M0F, P66, 0x7E, 1, QWORD),
    VMASKMOVPS_LOAD(VEX_ONLY, M0F38, P66, 0x2C, 0, FULL_MEMORY),
    VMASKMOVPS_STORE(VEX_ONLY, M0F38, P66, 0x2E, 0, FULL_MEMORY),
    // Broadcasts
    VBROADCASTSS(VEX_AND_EVEX, M0F38, P66, 0x18, 0, DWORD),
    VPBROADCASTD(VEX_AND_EVEX, M0F38, P66, 0x58, 0, DWORD),
    VPBROADCASTQ(VEX_AND_EVEX, M0F38, P66, 0x59, 0, QWORD, 1),
    VPBROADCASTB(VEX_AND_EVEX, M0F38, P66, 0x78, 0, BYTE),
    VPBROADCASTW(VEX_AND_EVEX, M0F38, P66, 0x79, 0, WORD),
    VPBROADCASTD_GPR(EVEX_ONLY, M0F38, P66, 0x7C, 0, DWORD),
    VBROADCASTI128(VEX_AND_EVEX, M0F38, P66, 0x5A, 0, SIXTEEN_BYTES),
    // Float arithmetic
    VADDPS(VEX_AND_EVEX, M0F, NONE, 0x58, 0, FULL),
    VADDSS(VEX_AND_EVEX, M0F, F3, 0x58, 0, DWORD),
    VMULPS(VEX_AND_EVEX, M0F, NONE, 0x59, 0, FULL),
    VMULSS(VEX_AND_EVEX, M0F, F3, 0x59, 0, DWORD),
    VSUBPS(VEX_AND_EVEX, M0F, NONE, 0x5C, 0, FULL),
    VMINPS(VEX_AND_EVEX, M0F, NONE, 0x5D, 0, FULL),
    VDIVPS(VEX_AND_EVEX, M0F, NONE, 0x5E, 0, FULL),
    VDIVSS(VEX_AND_EVEX, M0F, F3, 0x5E, 0, DWORD),
    VMAXPS(VEX_AND_EVEX, M0F, NONE, 0x5F, 0, FULL),
    VMAXSS(VEX_AND_EVEX, M0F, F3, 0x5F, 0, DWORD),
    VSQRTPS(VEX_AND_EVEX, M0F, NONE, 0x51, 0, FULL),
    VSQRTSS(VEX_AND_EVEX, M0F, F3, 0x51, 0, DWORD),
    VFMADD213PS(VEX_AND_EVEX, M0F38, P66, 0xA8, 0, FULL),
    VFMADD231PS(VEX_AND_EVEX, M0F38, P66, 0xB8, 0, FULL),
    VFMADD231SS(VEX_AND_EVEX, M0F38, P66, 0xB9, 0, DWORD),
    VFNMADD213PS(VEX_AND_EVEX, M0F38, P66, 0xAC, 0, FULL),
    VFNMADD231PS(VEX_AND_EVEX, M0F38, P66, 0xBC, 0, FULL),
    VFMSUB213PS(VEX_AND_EVEX, M0F38, P66, 0xAA, 0, FULL),
    VANDPS(VEX_AND_EVEX, M0F, NONE, 0x54, 0, FULL),
    VANDNPS(VEX_AND_EVEX, M0F, NONE, 0x55, 0, FULL),
    VORPS(VEX_AND_EVEX, M0F, NONE, 0x56, 0, FULL),
    VXORPS(VEX_AND_EVEX, M0F, NONE, 0x57, 0, FULL),
    // Conversions
    VCVTDQ2PS(VEX_AND_EVEX, M0F, NONE, 0x5B, 0, FULL),
    VCVTPS2DQ(VEX_AND_EVEX, M0F, P66, 0x5B, 0, FULL),
    VCVTTPS2DQ(VEX_AND_EVEX, M0F, F3, 0x5B, 0, FULL),
    VCVTPH2PS(VEX_AND_EVEX, M0F38, P66, 0x13, 0, HALF),
    VCVTPS2PH(VEX_AND_EVEX, M0F3A, P66, 0x1D, 0, HALF),
    VPMOVSXBD(VEX_AND_EVEX, M0F38, P66, 0x21, 0, QUARTER),
    VPMOVZXBD(VEX_AND_EVEX, M0F38, P66, 0x31, 0, QUARTER),
    VPMOVSXWD(VEX_AND_EVEX, M0F38, P66, 0x23, 0, HALF),
    VPMOVZXWD(VEX_AND_EVEX, M0F38, P66, 0x33, 0, HALF),
    VPMOVSXBW(VEX_AND_EVEX, M0F38, P66, 0x20, 0, HALF),
    VPMOVZXBW(VEX_AND_EVEX, M0F38, P66, 0x30, 0, HALF),
    VPMOVDB(EVEX_ONLY, M0F38, F3, 0x31, 0, QUARTER),
    VPMOVDW(EVEX_ONLY, M0F38, F3, 0x33, 0, HALF),
    VROUNDPS(VEX_AND_EVEX, M0F3A, P66, 0x08, 0, FULL),
    // Integer arithmetic and logic
    VPADDB(VEX_AND_EVEX, M0F, P66, 0xFC, 0, FULL_MEMORY),
    VPADDW(VEX_AND_EVEX, M0F, P66, 0xFD, 0, FULL_MEMORY),
    VPADDD(VEX_AND_EVEX, M0F, P66, 0xFE, 0, FULL),
    VPSUBB(VEX_AND_EVEX, M0F, P66, 0xF8, 0, FULL_MEMORY),
    VPSUBD(VEX_AND_EVEX, M0F, P66, 0xFA, 0, FULL),
    VPMULLD(VEX_AND_EVEX, M0F38, P66, 0x40, 0, FULL),
    VPMULLW(VEX_AND_EVEX, M0F, P66, 0xD5, 0, FULL_MEMORY),
    VPMADDWD(VEX_AND_EVEX, M0F, P66, 0xF5, 0, FULL_MEMORY),
    VPMADDUBSW(VEX_AND_EVEX, M0F38, P66, 0x04, 0, FULL_MEMORY),
    VPABSB(VEX_AND_EVEX, M0F38, P66, 0x1C, 0, FULL_MEMORY),
    VPABSD(VEX_AND_EVEX, M0F38, P66, 0x1E, 0, FULL),
    VPSIGNB(VEX_ONLY, M0F38, P66, 0x08, 0, FULL_MEMORY),
    VPMAXSD(VEX_AND_EVEX, M0F38, P66, 0x3D, 0, FULL),
    VPMINSD(VEX_AND_EVEX, M0F38, P66, 0x39, 0, FULL),
    VPAND(VEX_AND_EVEX, M0F, P66, 0xDB, 0, FULL),
    VPANDN(VEX_AND_EVEX, M0F, P66, 0xDF, 0, FULL),
    VPOR(VEX_AND_EVEX, M0F, P66, 0xEB, 0, FULL),
    VPXOR(VEX_AND_EVEX, M0F, P66, 0xEF, 0, FULL),
    VPTERNLOGD(EVEX_ONLY, M0F3A, P66, 0x25, 0, FULL),
    VPDPBUSD(EVEX_ONLY, M0F38, P66, 0x50, 0, FULL),
    VPDPWSSD(EVEX_ONLY, M0F38, P66, 0x52, 0, FULL),
    // Shifts: by an immediate (the opcode's extension in the field of a register) or lane by lane
    VPSHIFTW_IMM(VEX_AND_EVEX, M0F, P66, 0x71, 0, FULL_MEMORY),
    VPSHIFTD_IMM(VEX_AND_EVEX, M0F, P66, 0x72, 0, FULL),
    VPSRLVD(VEX_AND_EVEX, M0F38, P66, 0x45, 0, FULL),
    VPSRAVD(VEX_AND_EVEX, M0F38, P66, 0x46, 0, FULL),
    VPSLLVD(VEX_AND_EVEX, M0F38, P66, 0x47, 0, FULL),
    // Comparisons and choices
    VCMPPS(VEX_AND_EVEX, M0F, NONE, 0xC2, 0, FULL),
    VPCMPEQD(VEX_ONLY, M0F, P66, 0x76, 0, FULL),
    VPCMPGTD(VEX_ONLY, M0F, P66, 0x66, 0, FULL),
    VPCMPD(EVEX_ONLY, M0F3A, P66, 0x1F, 0, FULL),
    VBLENDVPS(VEX_ONLY, M0F3A, P66, 0x4A, 0, FULL_MEMORY),
    VBLENDMPS(EVEX_ONLY, M0F38, P66, 0x65, 0, FULL),
    VMOVMSKPS(VEX_ONLY, M0F, NONE, 0x50, 0, FULL_MEMORY),
    // Shuffles
    VPSHUFB(VEX_AND_EVEX, M0F38, P66, 0x00, 0, FULL_MEMORY),
    VPSHUFD(VEX_AND_EVEX, M0F, P66, 0x70, 0, FULL),
    VSHUFPS(VEX_AND_EVEX, M0F, NONE, 0xC6, 0, FULL),
    VPERMILPS(VEX_AND_EVEX, M0F3A, P66, 0x04, 0, FULL),
    VPERMD(VEX_AND_EVEX, M0F38, P66, 0x36, 0, FULL),
    VPERMPS(VEX_AND_EVEX, M0F38, P66, 0x16, 0, FULL),
    VPERMQ(VEX_AND_EVEX, M0F3A, P66, 0x00, 1, FULL_MEMORY, 1),
    VSHUFF32X4(EVEX_ONLY, M0F3A, P66, 0x23, 0, FULL),
    VPUNPCKLBW(VEX_AND_EVEX, M0F, P66, 0x60, 0, FULL_MEMORY),
    VPUNPCKHBW(VEX_AND_EVEX, M0F, P66, 0x68, 0, FULL_MEMORY),
    VPUNPCKLWD(VEX_AND_EVEX, M0F, P66, 0x61, 0, FULL_MEMORY),
    VPUNPCKHWD(VEX_AND_EVEX, M0F, P66, 0x69, 0, FULL_MEMORY),
    VPUNPCKLDQ(VEX_AND_EVEX, M0F, P66, 0x62, 0, FULL),
    VPUNPCKHDQ(VEX_AND_EVEX, M0F, P66, 0x6A, 0, FULL),
    VPACKSSDW(VEX_AND_EVEX, M0F, P66, 0x6B, 0, FULL),
    VPACKSSWB(VEX_AND_EVEX, M0F, P66, 0x63, 0, FULL_MEMORY),
    VPACKUSWB(VEX_AND_EVEX, M0F, P66, 0x67, 0, FULL_MEMORY),
    VEXTRACT128(VEX_AND_EVEX, M0F3A, P66, 0x19, 0, SIXTEEN_BYTES),
    VEXTRACT256(EVEX_ONLY, M0F3A, P66, 0x1B, 1, THIRTY_TWO_BYTES),
    VPEXTRW(VEX_AND_EVEX, M0F3A, P66, 0x15, 0, WORD),
    VINSERT128(VEX_AND_EVEX, M0F3A, P66, 0x18, 0, SIXTEEN_BYTES),
    VINSERT256(EVEX_ONLY, M0F3A, P66, 0x1A, 1, THIRTY_TWO_BYTES),
    VMOVHLPS(VEX_AND_EVEX, M0F, NONE, 0x12, 0, QWORD),
    VMOVSHDUP(VEX_AND_EVEX, M0F, F3, 0x16, 0, FULL_MEMORY),
    VMOVSLDUP(VEX_AND_EVEX, M0F, F3, 0x12, 0, FULL_MEMORY),
    // Bits of general registers, and masks
    BZHI(VEX_ONLY, M0F38, NONE, 0xF5, 1, QWORD),
    KMOVW_FROM_GPR(VEX_ONLY, M0F, NONE, 0x92, 0, DWORD),
    KMOVW_TO_GPR(VEX_ONLY, M0F, NONE, 0x93, 0, DWORD),
    KMOVQ_FROM_GPR(VEX_ONLY, M0F, F2, 0x92, 1, DWORD),
    KMOVQ_TO_GPR(VEX_ONLY, M0F, F2, 0x93, 1, DWORD),
    KORTESTW(VEX_ONLY, M0F, NONE, 0x98, 0, DWORD);

    /** Which prefixes an instruction can have; EVEX is taken where VEX cannot say what is meant. */
    enum Encodings {
        VEX_ONLY,
        EVEX_ONLY,
        VEX_AND_EVEX
    }

    /** Opcode maps with their numbers in the prefix. */
    enum OpcodeMap {
        M0F(1),
        M0F38(2),
        M0F3A(3);

        private final int number;

        OpcodeMap(int number) {
            this.number = number;
        }
    }

    /** Mandatory prefixes with their numbers in the prefix. */
    enum Prefix {
        NONE(0),
        P66(1),
        F3(2),
        F2(3);

        private final int number;

        Prefix(int number) {
            this.number = number;
        }
    }

    /** How many bytes a memory operand names, of a vector of so many: N of {@code disp8*N}. */
    enum Tuple {
        /** The vector, or one element of 4 bytes with a broadcast. */
        FULL,
        FULL_MEMORY,
        HALF,
        QUARTER,
        BYTE,
        WORD,
        DWORD,
        QWORD,
        SIXTEEN_BYTES,
        THIRTY_TWO_BYTES;

        int bytes(Width width, boolean broadcast) {
            return switch (this) {
                case FULL -> broadcast ? 4 : width.bytes();
                case FULL_MEMORY -> width.bytes();
                case HALF -> width.bytes() / 2;
                case QUARTER -> width.bytes() / 4;
                case BYTE -> 1;
                case WORD -> 2;
                case DWORD -> 4;
                case QWORD -> 8;
                case SIXTEEN_BYTES -> 16;
                case THIRTY_TWO_BYTES -> 32;
            };
        }
    }

    /** One lane, or no vector at all: the width bits are zero. */
    private static final Set<Instruction> ONLY_XMM = EnumSet.of(
            VMOVSS_LOAD,
            VMOVSS_STORE,
            VMOVD_FROM_GPR,
            VMOVD_TO_GPR,
            VMOVQ_FROM_GPR,
            VMOVQ_TO_GPR,
            VADDSS,
            VMULSS,
            VDIVSS,
            VMAXSS,
            VSQRTSS,
            VFMADD231SS,
            VMOVHLPS,
            VPEXTRW,
            BZHI,
            KMOVW_FROM_GPR,
            KMOVW_TO_GPR,
            KMOVQ_FROM_GPR,
            KMOVQ_TO_GPR,
            KORTESTW);

    /** Across the quarters of a vector, so not for one quarter. */
    private static final Set<Instruction> NOT_XMM =
            EnumSet.of(VBROADCASTI128, VPERMD, VPERMPS, VPERMQ, VSHUFF32X4, VEXTRACT128, VINSERT128);

    /** Across the halves of 512 bits. */
    private static final Set<Instruction> ONLY_ZMM = EnumSet.of(VEXTRACT256, VINSERT256);

    private static final Set<Instruction> WITH_GENERAL_REGISTER = EnumSet.of(
            VMOVD_FROM_GPR,
            VMOVD_TO_GPR,
            VMOVQ_FROM_GPR,
            VMOVQ_TO_GPR,
            VPBROADCASTD_GPR,
            BZHI,
            KMOVW_FROM_GPR,
            KMOVQ_FROM_GPR);

    private static final Set<Instruction> WITHOUT_MASK = EnumSet.of(VMOVHLPS, VMOVNTPS, VPEXTRW);

    private final Encodings encodings;
    private final OpcodeMap map;
    private final Prefix prefix;
    private final int opcode;
    private final int vexW;
    private final int evexW;
    private final Tuple tuple;

    Instruction(Encodings encodings, OpcodeMap map, Prefix prefix, int opcode, int w, Tuple tuple) {
        this(encodings, map, prefix, opcode, w, tuple, w);
    }

    Instruction(Encodings encodings, OpcodeMap map, Prefix prefix, int opcode, int vexW, Tuple tuple, int evexW) {
        this.encodings = encodings;
        this.map = map;
        this.prefix = prefix;
        this.opcode = opcode;
        this.vexW = vexW;
        this.evexW = evexW;
        this.tuple = tuple;
    }

    Encodings encodings() {
        return encodings;
    }

    int mapNumber() {
        return map.number;
    }

    int prefixNumber() {
        return prefix.number;
    }

    int opcode() {
        return opcode;
    }

    int vexW() {
        return vexW;
    }

    int evexW() {
        return evexW;
    }

    boolean allowsBroadcast() {
        return tuple == FULL;
    }

    /** Whether the register operands are all as wide as the destination. */
    boolean isOfOneWidth() {
        return (tuple == FULL || tuple == FULL_MEMORY) && !ONLY_XMM.contains(this);
    }

    boolean allowsMask() {
        return encodings != Encodings.VEX_ONLY && !WITHOUT_MASK.contains(this);
    }

    /** Whether the last operand is a general register, not a vector register. */
    boolean takesGeneralRegister() {
        return WITH_GENERAL_REGISTER.contains(this);
    }

    /** Widths of vectors it works on, apart from which encoding can say them. */
    Set<Width> widths() {
        if (ONLY_XMM.contains(this)) {
            return EnumSet.of(Width.XMM);
        }
        if (ONLY_ZMM.contains(this)) {
            return EnumSet.of(Width.ZMM);
        }
        return NOT_XMM.contains(this) ? EnumSet.of(Width.YMM, Width.ZMM) : EnumSet.allOf(Width.class);
    }

    int memoryBytes(Width width, boolean broadcast) {
        return tuple.bytes(width, broadcast);
    }
}
