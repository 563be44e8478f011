package wok.assembler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static wok.assembler.Vec.xmm;
import static wok.assembler.Vec.ymm;
import static wok.assembler.Vec.zmm;

import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What the assembler refuses, and that it says what it found and what it expects. */
class OperandRulesTest {
    private static final Mask K1 = new Mask(1);
    private static final Mem MEMORY = Mem.at(Gpr.RAX);

    /**
     * @param found words of the message
     */
    record Refused(String what, Consumer<Assembler> call, String found) {
        @Override
        public String toString() {
            return what;
        }
    }

    static Stream<Refused> refused() {
        return Stream.of(immediates(), registers(), masks(), memory(), general())
                .flatMap(s -> s);
    }

    private static Stream<Refused> immediates() {
        return Stream.of(
                new Refused(
                        "words by 16", a -> a.vpsrlw(ymm(0), ymm(1), 16), "VPSHIFTW_IMM: 16 (expected: an immediate"),
                new Refused(
                        "words by -1", a -> a.vpsllw(ymm(0), ymm(1), -1), "-1 (expected: an immediate from 0 to 15)"),
                new Refused(
                        "lanes by 32", a -> a.vpsrad(zmm(0), zmm(1), 32), "32 (expected: an immediate from 0 to 31)"),
                new Refused("rounding 16", a -> a.vroundps(zmm(0), zmm(1), 16), "VROUNDPS: 16"),
                new Refused("half rounding 8", a -> a.vcvtps2ph(ymm(0), zmm(1), 8), "VCVTPS2PH: 8"),
                new Refused("quarter 2 of 2", a -> a.vextract128(xmm(0), ymm(1), 2), "VEXTRACT128: 2"),
                new Refused("quarter 4 of 4", a -> a.vinsert128(zmm(0), zmm(1), xmm(2), 4), "VINSERT128: 4"),
                new Refused("half 2 of 2", a -> a.vextract256(ymm(0), zmm(1), 2), "VEXTRACT256: 2"),
                new Refused("predicate 8", a -> a.vpcmpd(K1, zmm(0), zmm(1), 8), "VPCMPD: 8"),
                new Refused("predicate 32", a -> a.vcmpps(ymm(0), ymm(1), ymm(2), 32), "VCMPPS: 32"),
                new Refused("choices 256", a -> a.vpshufd(zmm(0), zmm(1), 256), "VPSHUFD: 256"),
                new Refused("table 256", a -> a.vpternlogd(zmm(0), zmm(1), zmm(2), 256), "VPTERNLOGD: 256"),
                new Refused("general shift 64", a -> a.shl(Gpr.RAX, 64), "bits: 64 (expected: 0 to 63)"),
                new Refused("add 2^31", a -> a.add(Gpr.RAX, 1L << 31), "immediate: 2147483648"),
                new Refused("alignment 48", a -> a.align(48), "alignment: 48 (expected: a power of two"));
    }

    private static Stream<Refused> registers() {
        return Stream.of(
                new Refused(
                        "zmm in VEX", a -> a.vpsignb(zmm(0), zmm(1), zmm(2)), "VPSIGNB: zmm and registers 0, 1, zmm2"),
                new Refused("ymm16 in VEX", a -> a.vpcmpeqd(ymm(0), ymm(16), ymm(2)), "it is VEX only"),
                new Refused(
                        "mixed widths",
                        a -> a.vaddps(zmm(0), ymm(1), zmm(2)),
                        "VADDPS: ymm1 (expected: a register of zmm"),
                new Refused("mixed widths, last", a -> a.vaddps(zmm(0), zmm(1), xmm(2)), "VADDPS: xmm2"),
                new Refused(
                        "quarters of xmm",
                        a -> a.vpermd(xmm(0), xmm(1), xmm(2)),
                        "VPERMD: xmm (expected: one of [YMM, ZMM])"),
                new Refused("halves of ymm", a -> a.vinsert256(ymm(0), ymm(1), ymm(2), 0), "VINSERT256: ymm"),
                new Refused(
                        "general as vector", a -> a.vaddps(zmm(0), zmm(1), Gpr.RAX), "VADDPS: RAX (expected: a vector"),
                new Refused("comparison to zmm", a -> a.vcmpps(zmm(0), zmm(1), zmm(2), 1), "VCMPPS: zmm0"),
                new Refused("comparison of ymm16", a -> a.vcmpps(ymm(0), ymm(16), ymm(2), 1), "VCMPPS: ymm16"),
                new Refused("choice 16", a -> a.vblendvps(ymm(0), ymm(1), ymm(2), ymm(16)), "VBLENDVPS: ymm16"),
                new Refused(
                        "one lane from a register",
                        a -> a.vmovss(xmm(0), xmm(1)),
                        "VMOVSS_LOAD: xmm1 (expected: memory)"),
                new Refused("register 32", a -> zmm(32), "register: 32 (expected: 0 to 31)"),
                new Refused("register -1", a -> xmm(-1), "register: -1 (expected: 0 to 31)"));
    }

    private static Stream<Refused> masks() {
        return Stream.of(
                new Refused("mask in VEX", a -> a.vpsignb(ymm(0).masked(K1), ymm(1), ymm(2)), "VPSIGNB: ymm0{k1}"),
                new Refused("masked source", a -> a.vaddps(zmm(0), zmm(1).masked(K1), zmm(2)), "VADDPS: zmm1{k1}"),
                new Refused("masked last source", a -> a.vsqrtps(zmm(0), zmm(1).masked(K1)), "VSQRTPS: zmm1{k1}"),
                new Refused("masked shift source", a -> a.vpsrld(zmm(0), zmm(1).masked(K1), 1), "zmm1{k1}"),
                new Refused("masked comparison", a -> a.vpcmpd(K1, zmm(0).masked(K1), zmm(1), 1), "VPCMPD: zmm0{k1}"),
                new Refused("stream under a mask", a -> a.vmovntps(MEMORY, zmm(0).masked(K1)), "VMOVNTPS: zmm0{k1}"),
                new Refused("masked half", a -> a.vmovhlps(xmm(0).masked(K1), xmm(1), xmm(2)), "VMOVHLPS: xmm0{k1}"),
                new Refused(
                        "zeroed memory", a -> a.vmovups(MEMORY, zmm(0).zeroed(K1)), "zmm0{k1}{z} (expected: masked"),
                new Refused("zeroing without mask", a -> zmm(0).zeroed(Mask.NONE), "zeroing without a mask"),
                new Refused("k8", a -> new Mask(8), "mask: k8 (expected: k0 to k7)"));
    }

    private static Stream<Refused> memory() {
        return Stream.of(
                new Refused("index RSP", a -> Mem.at(Gpr.RAX, Gpr.RSP, 1), "index: RSP (expected: any other register)"),
                new Refused("scale 3", a -> Mem.at(Gpr.RAX, Gpr.RCX, 3), "scale: 3 (expected: 1, 2, 4 or 8)"),
                new Refused("2 GiB", a -> Mem.at(Gpr.RAX, 1L << 31), "displacement: 2147483648 (expected: -2147483648"),
                new Refused("2 GiB in steps", a -> Mem.at(Gpr.RAX, 1 << 30).plus(1 << 30), "displacement: 2147483648"),
                new Refused("beyond 64 bits", a -> MEMORY.plus(1).plus(Long.MAX_VALUE), "displacement: "),
                new Refused(
                        "broadcast of bytes", a -> a.vpaddb(zmm(0), zmm(1), MEMORY.broadcast()), "VPADDB: broadcast"),
                new Refused("broadcast in VEX", a -> a.vpcmpeqd(ymm(0), ymm(1), MEMORY.broadcast()), "VPCMPEQD: "),
                new Refused("store to a broadcast", a -> a.vmovups(MEMORY.broadcast(), zmm(0)), "can be written"),
                new Refused("store to a constant", a -> a.vpmovdb(a.words(1), zmm(0)), "can be written"));
    }

    private static Stream<Refused> general() {
        return Stream.of(
                new Refused("vector as general", a -> a.add(Gpr.RAX, zmm(0)), "operand: zmm0 (expected: a general"),
                new Refused("general broadcast", a -> a.mov(Gpr.RAX, MEMORY.broadcast()), "without a broadcast"),
                new Refused("address of a register", a -> a.lea(Gpr.RAX, Gpr.RCX), "lea: RCX (expected: memory)"),
                new Refused("foreign label", a -> a.jump(new Assembler().label("far")), "label: far of another"),
                new Refused("foreign constant", a -> a.lea(Gpr.RAX, new Assembler().words(1)), "of another assembler"),
                new Refused("binding a foreign label", a -> a.bind(new Assembler().label("far")), "label: far"));
    }

    @ParameterizedTest
    @MethodSource("refused")
    void refusesWhatHasNoEncoding(Refused refused) {
        Assembler a = new Assembler();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> refused.call().accept(a))
                .withMessageContaining(refused.found())
                .withMessageContaining("(expected: ");
        assertThat(a.size()).as("bytes of the refused instruction").isZero();
    }

    @Test
    void refusesALabelBoundTwice() {
        Assembler a = new Assembler();
        Label label = a.label("loop");
        a.bind(label);
        assertThatIllegalStateException()
                .isThrownBy(() -> a.bind(label))
                .withMessage("label: loop is bound twice (expected: once)");
    }

    @Test
    void refusesToFinishWithALabelThatIsNotBound() {
        Assembler a = new Assembler();
        a.jump(a.label("end"));
        assertThatIllegalStateException()
                .isThrownBy(a::finish)
                .withMessage("label: end is not bound (expected: Assembler.bind)");
    }

    @Test
    void refusesInstructionsBehindTheEnd() {
        Assembler a = new Assembler();
        a.ret();
        a.finish();
        assertThatIllegalStateException().isThrownBy(a::ret).withMessageContaining("code: finished");
        assertThatIllegalStateException().isThrownBy(a::finish).withMessageContaining("code: finished");
    }

    @Test
    void refusesCodeWithoutEnd() {
        Assembler a = new Assembler();
        assertThatIllegalStateException()
                .isThrownBy(() -> {
                    while (a.size() >= 0) {
                        a.mov(Gpr.RAX, Long.MAX_VALUE);
                    }
                })
                .withMessageContaining("code: more than 16777216 bytes");
    }
}
