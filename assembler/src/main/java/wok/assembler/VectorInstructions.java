package wok.assembler;

/**
 * The vector instructions: {@code to} is the destination, {@code a} and {@code b} the sources, in the order of Intel's
 * manuals. Widths are the destination's unless a line says otherwise; lanes are 32 bits. Encodings are in
 * {@link Instruction}, what is refused in {@link OperandRules}. Long because it is a list: a method an instruction.
 */
abstract class VectorInstructions extends GeneralInstructions {
    private static final Vec PLAIN = Vec.xmm(0);

    /** A + b. */
    public final void vaddps(Vec to, Vec a, Operand b) {
        three(Instruction.VADDPS, to, a, b);
    }

    /** A - b. */
    public final void vsubps(Vec to, Vec a, Operand b) {
        three(Instruction.VSUBPS, to, a, b);
    }

    /** A * b. */
    public final void vmulps(Vec to, Vec a, Operand b) {
        three(Instruction.VMULPS, to, a, b);
    }

    /** A / b, correctly rounded. */
    public final void vdivps(Vec to, Vec a, Operand b) {
        three(Instruction.VDIVPS, to, a, b);
    }

    /** A < b ? a : b. */
    public final void vminps(Vec to, Vec a, Operand b) {
        three(Instruction.VMINPS, to, a, b);
    }

    /** A > b ? a : b; b if either is NaN. */
    public final void vmaxps(Vec to, Vec a, Operand b) {
        three(Instruction.VMAXPS, to, a, b);
    }

    /** A & b. */
    public final void vandps(Vec to, Vec a, Operand b) {
        three(Instruction.VANDPS, to, a, b);
    }

    /** ~a & b. */
    public final void vandnps(Vec to, Vec a, Operand b) {
        three(Instruction.VANDNPS, to, a, b);
    }

    /** A | b. */
    public final void vorps(Vec to, Vec a, Operand b) {
        three(Instruction.VORPS, to, a, b);
    }

    /** A ^ b. */
    public final void vxorps(Vec to, Vec a, Operand b) {
        three(Instruction.VXORPS, to, a, b);
    }

    /** A + b, bytes. */
    public final void vpaddb(Vec to, Vec a, Operand b) {
        three(Instruction.VPADDB, to, a, b);
    }

    /** A + b, 16-bit words. */
    public final void vpaddw(Vec to, Vec a, Operand b) {
        three(Instruction.VPADDW, to, a, b);
    }

    /** A + b, 32-bit words. */
    public final void vpaddd(Vec to, Vec a, Operand b) {
        three(Instruction.VPADDD, to, a, b);
    }

    /** A - b, bytes. */
    public final void vpsubb(Vec to, Vec a, Operand b) {
        three(Instruction.VPSUBB, to, a, b);
    }

    /** A - b, 32-bit words. */
    public final void vpsubd(Vec to, Vec a, Operand b) {
        three(Instruction.VPSUBD, to, a, b);
    }

    /** The low half of a * b, 32-bit words. */
    public final void vpmulld(Vec to, Vec a, Operand b) {
        three(Instruction.VPMULLD, to, a, b);
    }

    /** The low half of a * b, 16-bit words. */
    public final void vpmullw(Vec to, Vec a, Operand b) {
        three(Instruction.VPMULLW, to, a, b);
    }

    /** Signed 16-bit words, neighbouring products added to 32 bits. */
    public final void vpmaddwd(Vec to, Vec a, Operand b) {
        three(Instruction.VPMADDWD, to, a, b);
    }

    /** Unsigned bytes of a times signed bytes of b, neighbouring products added to 16 bits with saturation. */
    public final void vpmaddubsw(Vec to, Vec a, Operand b) {
        three(Instruction.VPMADDUBSW, to, a, b);
    }

    /** Bytes of a, negated where b's is negative, 0 where it is 0. */
    public final void vpsignb(Vec to, Vec a, Operand b) {
        three(Instruction.VPSIGNB, to, a, b);
    }

    /** The greater signed 32-bit word. */
    public final void vpmaxsd(Vec to, Vec a, Operand b) {
        three(Instruction.VPMAXSD, to, a, b);
    }

    /** The lesser signed 32-bit word. */
    public final void vpminsd(Vec to, Vec a, Operand b) {
        three(Instruction.VPMINSD, to, a, b);
    }

    /** A & b ({@code vpandd} in EVEX). */
    public final void vpand(Vec to, Vec a, Operand b) {
        three(Instruction.VPAND, to, a, b);
    }

    /** ~a & b ({@code vpandnd} in EVEX). */
    public final void vpandn(Vec to, Vec a, Operand b) {
        three(Instruction.VPANDN, to, a, b);
    }

    /** A | b ({@code vpord} in EVEX). */
    public final void vpor(Vec to, Vec a, Operand b) {
        three(Instruction.VPOR, to, a, b);
    }

    /** A ^ b ({@code vpxord} in EVEX). */
    public final void vpxor(Vec to, Vec a, Operand b) {
        three(Instruction.VPXOR, to, a, b);
    }

    /** A >>> b, lane by lane. */
    public final void vpsrlvd(Vec to, Vec a, Operand b) {
        three(Instruction.VPSRLVD, to, a, b);
    }

    /** A >> b, lane by lane. */
    public final void vpsravd(Vec to, Vec a, Operand b) {
        three(Instruction.VPSRAVD, to, a, b);
    }

    /** A << b, lane by lane. */
    public final void vpsllvd(Vec to, Vec a, Operand b) {
        three(Instruction.VPSLLVD, to, a, b);
    }

    /** All bits where 32-bit words are equal (VEX only). */
    public final void vpcmpeqd(Vec to, Vec a, Operand b) {
        three(Instruction.VPCMPEQD, to, a, b);
    }

    /** All bits where a's signed 32-bit word is greater (VEX only). */
    public final void vpcmpgtd(Vec to, Vec a, Operand b) {
        three(Instruction.VPCMPGTD, to, a, b);
    }

    /** B where the destination's mask is set, else a. */
    public final void vblendmps(Vec to, Vec a, Operand b) {
        three(Instruction.VBLENDMPS, to, a, b);
    }

    /** Bytes of a chosen by b, in each 128 bits. */
    public final void vpshufb(Vec to, Vec a, Operand b) {
        three(Instruction.VPSHUFB, to, a, b);
    }

    /** 32-bit words of b chosen by a. */
    public final void vpermd(Vec to, Vec a, Operand b) {
        three(Instruction.VPERMD, to, a, b);
    }

    /** 32-bit floats of b chosen by a. */
    public final void vpermps(Vec to, Vec a, Operand b) {
        three(Instruction.VPERMPS, to, a, b);
    }

    /** Bytes of the low halves interleaved, in each 128 bits. */
    public final void vpunpcklbw(Vec to, Vec a, Operand b) {
        three(Instruction.VPUNPCKLBW, to, a, b);
    }

    /** Bytes of the high halves interleaved, in each 128 bits. */
    public final void vpunpckhbw(Vec to, Vec a, Operand b) {
        three(Instruction.VPUNPCKHBW, to, a, b);
    }

    /** 16-bit words of the low halves interleaved, in each 128 bits. */
    public final void vpunpcklwd(Vec to, Vec a, Operand b) {
        three(Instruction.VPUNPCKLWD, to, a, b);
    }

    /** 16-bit words of the high halves interleaved, in each 128 bits. */
    public final void vpunpckhwd(Vec to, Vec a, Operand b) {
        three(Instruction.VPUNPCKHWD, to, a, b);
    }

    /** 32-bit words of the low halves interleaved, in each 128 bits. */
    public final void vpunpckldq(Vec to, Vec a, Operand b) {
        three(Instruction.VPUNPCKLDQ, to, a, b);
    }

    /** 32-bit words of the high halves interleaved, in each 128 bits. */
    public final void vpunpckhdq(Vec to, Vec a, Operand b) {
        three(Instruction.VPUNPCKHDQ, to, a, b);
    }

    /** 32-bit words narrowed to 16 with saturation, in each 128 bits. */
    public final void vpackssdw(Vec to, Vec a, Operand b) {
        three(Instruction.VPACKSSDW, to, a, b);
    }

    /** 16-bit words narrowed to signed bytes with saturation, in each 128 bits. */
    public final void vpacksswb(Vec to, Vec a, Operand b) {
        three(Instruction.VPACKSSWB, to, a, b);
    }

    /** 16-bit words narrowed to unsigned bytes with saturation, in each 128 bits. */
    public final void vpackuswb(Vec to, Vec a, Operand b) {
        three(Instruction.VPACKUSWB, to, a, b);
    }

    /** Lanes of b where a's sign bit is set, else 0. */
    public final void vmaskmovps(Vec to, Vec a, Operand b) {
        OperandRules.memory(Instruction.VMASKMOVPS_LOAD, b);
        three(Instruction.VMASKMOVPS_LOAD, to, a, b);
    }

    /** To * a + b, rounded once. */
    public final void vfmadd213ps(Vec to, Vec a, Operand b) {
        three(Instruction.VFMADD213PS, to, a, b);
    }

    /** A * b + to, rounded once. */
    public final void vfmadd231ps(Vec to, Vec a, Operand b) {
        three(Instruction.VFMADD231PS, to, a, b);
    }

    /** -(to * a) + b, rounded once. */
    public final void vfnmadd213ps(Vec to, Vec a, Operand b) {
        three(Instruction.VFNMADD213PS, to, a, b);
    }

    /** -(a * b) + to, rounded once. */
    public final void vfnmadd231ps(Vec to, Vec a, Operand b) {
        three(Instruction.VFNMADD231PS, to, a, b);
    }

    /** To * a - b, rounded once. */
    public final void vfmsub213ps(Vec to, Vec a, Operand b) {
        three(Instruction.VFMSUB213PS, to, a, b);
    }

    /** To + the four products of unsigned bytes of a and signed bytes of b, in each 32 bits. */
    public final void vpdpbusd(Vec to, Vec a, Operand b) {
        three(Instruction.VPDPBUSD, to, a, b);
    }

    /** To + the two products of signed 16-bit words of a and b, in each 32 bits. */
    public final void vpdpwssd(Vec to, Vec a, Operand b) {
        three(Instruction.VPDPWSSD, to, a, b);
    }

    /** A + b; the lowest lane. */
    public final void vaddss(Vec to, Vec a, Operand b) {
        three(Instruction.VADDSS, to.xmm(), a, b);
    }

    /** A * b; the lowest lane. */
    public final void vmulss(Vec to, Vec a, Operand b) {
        three(Instruction.VMULSS, to.xmm(), a, b);
    }

    /** A / b, correctly rounded; the lowest lane. */
    public final void vdivss(Vec to, Vec a, Operand b) {
        three(Instruction.VDIVSS, to.xmm(), a, b);
    }

    /** A > b ? a : b; the lowest lane. */
    public final void vmaxss(Vec to, Vec a, Operand b) {
        three(Instruction.VMAXSS, to.xmm(), a, b);
    }

    /** The square root of b; the other lanes are a's; the lowest lane. */
    public final void vsqrtss(Vec to, Vec a, Operand b) {
        three(Instruction.VSQRTSS, to.xmm(), a, b);
    }

    /** A * b + to, rounded once; the lowest lane. */
    public final void vfmadd231ss(Vec to, Vec a, Operand b) {
        three(Instruction.VFMADD231SS, to.xmm(), a, b);
    }

    /** The high half of b, then the high half of a. */
    public final void vmovhlps(Vec to, Vec a, Vec b) {
        three(Instruction.VMOVHLPS, to.xmm(), a, b);
    }

    /** A copy of a register. */
    public final void vmovaps(Vec to, Operand from) {
        two(Instruction.VMOVAPS, to, from);
    }

    /** Square roots, correctly rounded. */
    public final void vsqrtps(Vec to, Operand from) {
        two(Instruction.VSQRTPS, to, from);
    }

    /** Signed 32-bit words as floats. */
    public final void vcvtdq2ps(Vec to, Operand from) {
        two(Instruction.VCVTDQ2PS, to, from);
    }

    /** Floats as signed 32-bit words, to nearest even. */
    public final void vcvtps2dq(Vec to, Operand from) {
        two(Instruction.VCVTPS2DQ, to, from);
    }

    /** Floats as signed 32-bit words, towards zero. */
    public final void vcvttps2dq(Vec to, Operand from) {
        two(Instruction.VCVTTPS2DQ, to, from);
    }

    /** Half-precision floats of half the width, exact. */
    public final void vcvtph2ps(Vec to, Operand from) {
        two(Instruction.VCVTPH2PS, to, from);
    }

    /** Bytes of a quarter of the width, sign-extended. */
    public final void vpmovsxbd(Vec to, Operand from) {
        two(Instruction.VPMOVSXBD, to, from);
    }

    /** Bytes of a quarter of the width, zero-extended. */
    public final void vpmovzxbd(Vec to, Operand from) {
        two(Instruction.VPMOVZXBD, to, from);
    }

    /** 16-bit words of half the width, sign-extended. */
    public final void vpmovsxwd(Vec to, Operand from) {
        two(Instruction.VPMOVSXWD, to, from);
    }

    /** 16-bit words of half the width, zero-extended. */
    public final void vpmovzxwd(Vec to, Operand from) {
        two(Instruction.VPMOVZXWD, to, from);
    }

    /** Bytes of half the width, sign-extended to 16 bits. */
    public final void vpmovsxbw(Vec to, Operand from) {
        two(Instruction.VPMOVSXBW, to, from);
    }

    /** Bytes of half the width, zero-extended to 16 bits. */
    public final void vpmovzxbw(Vec to, Operand from) {
        two(Instruction.VPMOVZXBW, to, from);
    }

    /** Absolute bytes. */
    public final void vpabsb(Vec to, Operand from) {
        two(Instruction.VPABSB, to, from);
    }

    /** Absolute 32-bit words. */
    public final void vpabsd(Vec to, Operand from) {
        two(Instruction.VPABSD, to, from);
    }

    /** One float for all lanes. */
    public final void vbroadcastss(Vec to, Operand from) {
        two(Instruction.VBROADCASTSS, to, from);
    }

    /** One 32-bit word for all lanes. */
    public final void vpbroadcastd(Vec to, Operand from) {
        two(Instruction.VPBROADCASTD, to, from);
    }

    /** One 64-bit word for all lanes. */
    public final void vpbroadcastq(Vec to, Operand from) {
        two(Instruction.VPBROADCASTQ, to, from);
    }

    /** One byte for all lanes. */
    public final void vpbroadcastb(Vec to, Operand from) {
        two(Instruction.VPBROADCASTB, to, from);
    }

    /** One 16-bit word for all lanes. */
    public final void vpbroadcastw(Vec to, Operand from) {
        two(Instruction.VPBROADCASTW, to, from);
    }

    /** Odd lanes doubled. */
    public final void vmovshdup(Vec to, Operand from) {
        two(Instruction.VMOVSHDUP, to, from);
    }

    /** Even lanes doubled. */
    public final void vmovsldup(Vec to, Operand from) {
        two(Instruction.VMOVSLDUP, to, from);
    }

    /** Rounded to a whole number by the mode: 0 nearest even, 1 down, 2 up, 3 towards zero, 8 more for no exception ({@code vrndscaleps} in EVEX). */
    public final void vroundps(Vec to, Operand from, int immediate) {
        two(Instruction.VROUNDPS, to, from, immediate, 16);
    }

    /** 32-bit words chosen two bits each, in each 128 bits. */
    public final void vpshufd(Vec to, Operand from, int immediate) {
        two(Instruction.VPSHUFD, to, from, immediate, 256);
    }

    /** 32-bit floats chosen two bits each, in each 128 bits. */
    public final void vpermilps(Vec to, Operand from, int immediate) {
        two(Instruction.VPERMILPS, to, from, immediate, 256);
    }

    /** 64-bit words chosen two bits each, in each 256 bits. */
    public final void vpermq(Vec to, Operand from, int immediate) {
        two(Instruction.VPERMQ, to, from, immediate, 256);
    }

    /** Two floats of a, then two of b, chosen two bits each, in each 128 bits. */
    public final void vshufps(Vec to, Vec a, Operand b, int immediate) {
        three(Instruction.VSHUFPS, to, a, b, immediate, 256);
    }

    /** 128-bit quarters: two of a, then two of b, chosen two bits each. */
    public final void vshuff32x4(Vec to, Vec a, Operand b, int immediate) {
        three(Instruction.VSHUFF32X4, to, a, b, immediate, 256);
    }

    /** Any function of three bits: bit (to, a, b) of the table. */
    public final void vpternlogd(Vec to, Vec a, Operand b, int immediate) {
        three(Instruction.VPTERNLOGD, to, a, b, immediate, 256);
    }

    /** A with one quarter of 128 bits replaced by b ({@code vinsertf128}, {@code vinsertf32x4}). */
    public final void vinsert128(Vec to, Vec a, Operand b, int immediate) {
        three(Instruction.VINSERT128, to, a, b, immediate, to.width().bytes() / 16);
    }

    /** A with one half of 256 bits replaced by b ({@code vinsertf64x4}). */
    public final void vinsert256(Vec to, Vec a, Operand b, int immediate) {
        three(Instruction.VINSERT256, to, a, b, immediate, to.width().bytes() / 32);
    }

    /** Loads floats, from memory of any alignment. */
    public final void vmovups(Vec to, Operand from) {
        two(Instruction.VMOVUPS_LOAD, to, from);
    }

    /** Stores; the mask decorates {@code from}. */
    public final void vmovups(Mem to, Vec from) {
        store(Instruction.VMOVUPS_STORE, to, from);
    }

    /** Loads bits, from memory of any alignment ({@code vmovdqu32} in EVEX). */
    public final void vmovdqu(Vec to, Operand from) {
        two(Instruction.VMOVDQU_LOAD, to, from);
    }

    /** Stores; the mask decorates {@code from}. */
    public final void vmovdqu(Mem to, Vec from) {
        store(Instruction.VMOVDQU_STORE, to, from);
    }

    /** Loads bytes, under a mask of bytes. */
    public final void vmovdqu8(Vec to, Operand from) {
        two(Instruction.VMOVDQU8_LOAD, to, from);
    }

    /** Stores; the mask decorates {@code from}. */
    public final void vmovdqu8(Mem to, Vec from) {
        store(Instruction.VMOVDQU8_STORE, to, from);
    }

    /** Loads 16-bit words, under a mask of words. */
    public final void vmovdqu16(Vec to, Operand from) {
        two(Instruction.VMOVDQU16_LOAD, to, from);
    }

    /** Stores; the mask decorates {@code from}. */
    public final void vmovdqu16(Mem to, Vec from) {
        store(Instruction.VMOVDQU16_STORE, to, from);
    }

    /** Loads one float; the other lanes become zero. */
    public final void vmovss(Vec to, Operand from) {
        OperandRules.memory(Instruction.VMOVSS_LOAD, from);
        two(Instruction.VMOVSS_LOAD, to.xmm(), from);
    }

    /** Stores; the mask decorates {@code from}. */
    public final void vmovss(Mem to, Vec from) {
        store(Instruction.VMOVSS_STORE, to, from.xmm());
    }

    /** Stores past the caches; the address is a multiple of the width. */
    public final void vmovntps(Mem to, Vec from) {
        store(Instruction.VMOVNTPS, to, from);
    }

    /** Stores lanes whose sign bit in {@code lanes} is set (VEX only). */
    public final void vmaskmovps(Mem to, Vec lanes, Vec from) {
        OperandRules.source(Instruction.VMASKMOVPS_STORE, from.width(), lanes);
        OperandRules.target(Instruction.VMASKMOVPS_STORE, to, PLAIN);
        vector(Instruction.VMASKMOVPS_STORE, from.width(), from.number(), lanes.number(), to, from, 0);
    }

    /** 128 bits for all quarters. */
    public final void vbroadcasti128(Vec to, Operand from) {
        OperandRules.memory(Instruction.VBROADCASTI128, from);
        two(Instruction.VBROADCASTI128, to, from);
    }

    /** The low 32 bits of a general register for all lanes (AVX-512). */
    public final void vpbroadcastd(Vec to, Gpr from) {
        two(Instruction.VPBROADCASTD_GPR, to, from);
    }

    /** The low 32 bits of a general register into the lowest lane, zero into the others. */
    public final void vmovd(Vec to, Gpr from) {
        vector(Instruction.VMOVD_FROM_GPR, Width.XMM, to.number(), 0, from, to, 0);
    }

    /** The lowest lane, zero-extended. */
    public final void vmovd(Gpr to, Vec from) {
        vector(Instruction.VMOVD_TO_GPR, Width.XMM, from.number(), 0, to, from, 0);
    }

    public final void vmovq(Vec to, Gpr from) {
        vector(Instruction.VMOVQ_FROM_GPR, Width.XMM, to.number(), 0, from, to, 0);
    }

    public final void vmovq(Gpr to, Vec from) {
        vector(Instruction.VMOVQ_TO_GPR, Width.XMM, from.number(), 0, to, from, 0);
    }

    /** Floats as half-precision floats of half the width; rounding 0 is to nearest even. */
    public final void vcvtps2ph(Operand to, Vec from, int rounding) {
        store(Instruction.VCVTPS2PH, to, from, rounding, 8);
    }

    /** 32-bit words cut to bytes, a quarter of the width. */
    public final void vpmovdb(Operand to, Vec from) {
        store(Instruction.VPMOVDB, to, from);
    }

    /** 32-bit words cut to 16 bits, half of the width. */
    public final void vpmovdw(Operand to, Vec from) {
        store(Instruction.VPMOVDW, to, from);
    }

    /** One 16-bit word of 128 bits, to memory. */
    public final void vpextrw(Mem to, Vec from, int word) {
        store(Instruction.VPEXTRW, to, from, word, 8);
    }

    /** One quarter of 128 bits ({@code vextractf128}, {@code vextractf32x4}). */
    public final void vextract128(Operand to, Vec from, int quarter) {
        store(Instruction.VEXTRACT128, to, from, quarter, from.width().bytes() / 16);
    }

    /** One half of 256 bits ({@code vextractf64x4}). */
    public final void vextract256(Operand to, Vec from, int half) {
        store(Instruction.VEXTRACT256, to, from, half, from.width().bytes() / 32);
    }

    /** 16-bit words shifted right, zeros come in. */
    public final void vpsrlw(Vec to, Vec from, int bits) {
        shift(Instruction.VPSHIFTW_IMM, 2, to, from, bits, 16);
    }

    /** 16-bit words shifted left. */
    public final void vpsllw(Vec to, Vec from, int bits) {
        shift(Instruction.VPSHIFTW_IMM, 6, to, from, bits, 16);
    }

    /** 32-bit words shifted right, zeros come in. */
    public final void vpsrld(Vec to, Vec from, int bits) {
        shift(Instruction.VPSHIFTD_IMM, 2, to, from, bits, 32);
    }

    /** 32-bit words shifted right, signs come in. */
    public final void vpsrad(Vec to, Vec from, int bits) {
        shift(Instruction.VPSHIFTD_IMM, 4, to, from, bits, 32);
    }

    /** 32-bit words shifted left. */
    public final void vpslld(Vec to, Vec from, int bits) {
        shift(Instruction.VPSHIFTD_IMM, 6, to, from, bits, 32);
    }

    private void shift(Instruction i, int extension, Vec to, Vec from, int bits, int limit) {
        OperandRules.source(i, to.width(), from);
        OperandRules.immediate(i, bits, limit);
        vector(i, to.width(), extension, to.number(), from, to, 1);
        emit(bits);
    }

    /** All bits where the comparison holds (VEX): 0 equal, 1 less, 2 less or equal, 3 unordered, 4 to 7 their opposites. */
    public final void vcmpps(Vec to, Vec a, Operand b, int predicate) {
        if (to.width() == Width.ZMM || to.number() > 15 || to.isMasked()) {
            throw OperandRules.wrong(Instruction.VCMPPS, to, "xmm or ymm 0 to 15, or a mask register as destination");
        }
        if (a.number() > 15 || (b instanceof Vec v && v.number() > 15) || OperandRules.isBroadcast(b)) {
            throw OperandRules.wrong(Instruction.VCMPPS, a + ", " + b, "registers 0 to 15, no broadcast");
        }
        three(Instruction.VCMPPS, to, a, b, predicate, 32);
    }

    /** A mask bit where the comparison holds (EVEX). */
    public final void vcmpps(Mask to, Vec a, Operand b, int predicate) {
        compare(Instruction.VCMPPS, to, a, b, predicate, 32);
    }

    /** A mask bit where signed 32-bit words compare: 0 equal, 1 less, 2 less or equal, 4 to 6 their opposites. */
    public final void vpcmpd(Mask to, Vec a, Operand b, int predicate) {
        compare(Instruction.VPCMPD, to, a, b, predicate, 8);
    }

    private void compare(Instruction i, Mask to, Vec a, Operand b, int predicate, int limit) {
        OperandRules.source(i, a.width(), a);
        OperandRules.source(i, a.width(), b);
        OperandRules.immediate(i, predicate, limit);
        evex(i, a.width(), to.number(), a.number(), b, PLAIN, 1);
        emit(predicate);
    }

    /** b's lanes where the sign bit of {@code choice} is set, else a's (VEX only). */
    public final void vblendvps(Vec to, Vec a, Operand b, Vec choice) {
        OperandRules.source(Instruction.VBLENDVPS, to.width(), choice);
        if (choice.number() > 15) {
            throw OperandRules.wrong(Instruction.VBLENDVPS, choice, "register 0 to 15 as choice");
        }
        three(Instruction.VBLENDVPS, to, a, b, choice.number() << 4, 256);
    }

    /** The sign bits of the lanes. */
    public final void vmovmskps(Gpr to, Vec from) {
        mention(to);
        vector(Instruction.VMOVMSKPS, from.width(), to.number(), 0, from, from, 0);
    }

    /** The low 16 bits become the mask. */
    public final void kmovw(Mask to, Gpr from) {
        vector(Instruction.KMOVW_FROM_GPR, Width.XMM, to.number(), 0, from, PLAIN, 0);
    }

    public final void kmovw(Gpr to, Mask from) {
        mention(to);
        vector(Instruction.KMOVW_TO_GPR, Width.XMM, to.number(), 0, Vec.xmm(from.number()), PLAIN, 0);
    }

    /** All 64 bits become the mask. */
    public final void kmovq(Mask to, Gpr from) {
        vector(Instruction.KMOVQ_FROM_GPR, Width.XMM, to.number(), 0, from, PLAIN, 0);
    }

    public final void kmovq(Gpr to, Mask from) {
        mention(to);
        vector(Instruction.KMOVQ_TO_GPR, Width.XMM, to.number(), 0, Vec.xmm(from.number()), PLAIN, 0);
    }

    /** Sets EQUAL if both masks are empty, BELOW if together they are full. */
    public final void kortestw(Mask a, Mask b) {
        vector(Instruction.KORTESTW, Width.XMM, a.number(), 0, Vec.xmm(b.number()), PLAIN, 0);
    }

    /** A register of zeros: no unit is used for it. */
    public final void zero(Vec to) {
        vpxor(to, to, to);
    }

    /** Upper halves of all registers become zero: before every return, so that SSE code behind it is not slowed. */
    public final void vzeroupper() {
        emit(0xC5);
        emit(0xF8);
        emit(0x77);
    }

    private void two(Instruction i, Vec to, Operand from) {
        OperandRules.source(i, to.width(), from);
        vector(i, to.width(), to.number(), 0, from, to, 0);
    }

    private void two(Instruction i, Vec to, Operand from, int immediate, int limit) {
        OperandRules.source(i, to.width(), from);
        OperandRules.immediate(i, immediate, limit);
        vector(i, to.width(), to.number(), 0, from, to, 1);
        emit(immediate);
    }

    private void three(Instruction i, Vec to, Vec a, Operand b) {
        OperandRules.source(i, to.width(), a);
        OperandRules.source(i, to.width(), b);
        vector(i, to.width(), to.number(), a.number(), b, to, 0);
    }

    private void three(Instruction i, Vec to, Vec a, Operand b, int immediate, int limit) {
        OperandRules.source(i, to.width(), a);
        OperandRules.source(i, to.width(), b);
        OperandRules.immediate(i, immediate, limit);
        vector(i, to.width(), to.number(), a.number(), b, to, 1);
        emit(immediate);
    }

    private void store(Instruction i, Operand to, Vec from) {
        vector(i, from.width(), from.number(), 0, to, decoration(i, to, from), 0);
    }

    private void store(Instruction i, Operand to, Vec from, int immediate, int limit) {
        OperandRules.immediate(i, immediate, limit);
        vector(i, from.width(), from.number(), 0, to, decoration(i, to, from), 1);
        emit(immediate);
    }

    /** The register that says which lanes are written: the destination, or the source if that is memory. */
    private static Vec decoration(Instruction i, Operand to, Vec from) {
        OperandRules.target(i, to, from);
        return to instanceof Vec v && v.isMasked() ? v : from;
    }
}
