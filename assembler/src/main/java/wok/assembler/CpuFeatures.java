package wok.assembler;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * What this CPU and operating system let a program use, read by the CPUID instruction through a function assembled for
 * it. Source: Intel SDM volume 2, CPUID; volume 1, 13.3 (XGETBV).
 *
 * @param avx2 AVX2 with the system saving 256-bit registers
 * @param fma fused multiply-add
 * @param f16c conversions of half-precision floats
 * @param avx512 AVX-512 F, BW, DQ and VL with the system saving 512-bit registers
 * @param vnni AVX-512's dot products of bytes
 * @param amx tiles and their dot products of bytes, with the system saving them and giving this process leave
 * @param processor which one it is: vendor, family, model, stepping and all its features, in hexadecimal digits
 */
public record CpuFeatures(
        boolean avx2, boolean fma, boolean f16c, boolean avx512, boolean vnni, boolean amx, String processor) {
    private static final int FEATURES_LEAF = 7;
    private static final int YMM_STATE = 0b110;
    private static final int ZMM_STATE = 0b1110_0110;
    private static final int TILE_STATE = 0b11 << 17;

    /**
     * Asks the CPU.
     *
     * @throws UnsupportedOperationException as {@link ExecutableMemory#load}: no machine code can run here
     */
    public static CpuFeatures read() {
        try (Arena arena = Arena.ofConfined()) {
            MachineFunction cpuid = MachineFunction.of("cpuid", cpuidCode(), arena);
            MemorySegment out = arena.allocate(5 * 4, 16);
            cpuid.call(0, 0, out.address(), 0, 0, 0);
            int lastLeaf = out.getAtIndex(JAVA_INT, 0);
            if (lastLeaf < FEATURES_LEAF) {
                return new CpuFeatures(false, false, false, false, false, false, ""); // it would answer another leaf
            }
            String processor = words(out, 0, 1, 2, 3);
            cpuid.call(1, 0, out.address(), 0, 0, 0);
            processor += words(out, 0, 2, 3, 4); // EBX has the number of the core that answers
            int ecx1 = out.getAtIndex(JAVA_INT, 2);
            boolean savesRegisters = bit(ecx1, 27);
            int saved = savesRegisters ? out.getAtIndex(JAVA_INT, 4) : 0;
            cpuid.call(FEATURES_LEAF, 0, out.address(), 0, 0, 0);
            processor += words(out, 0, 1, 2, 3);
            int ebx7 = out.getAtIndex(JAVA_INT, 1);
            int ecx7 = out.getAtIndex(JAVA_INT, 2);
            int edx7 = out.getAtIndex(JAVA_INT, 3);
            boolean ymm = (saved & YMM_STATE) == YMM_STATE;
            boolean zmm = (saved & ZMM_STATE) == ZMM_STATE;
            boolean avx512 = zmm && bit(ebx7, 16) && bit(ebx7, 17) && bit(ebx7, 30) && bit(ebx7, 31);
            boolean tiles = (saved & TILE_STATE) == TILE_STATE && bit(edx7, 24) && bit(edx7, 25);
            boolean amx = tiles && TilePermission.request();
            return new CpuFeatures(
                    ymm && bit(ebx7, 5),
                    ymm && bit(ecx1, 12),
                    ymm && bit(ecx1, 29),
                    avx512,
                    avx512 && bit(ecx7, 11),
                    amx,
                    processor);
        }
    }

    private static String words(MemorySegment out, int... indexes) {
        StringBuilder words = new StringBuilder();
        for (int index : indexes) {
            words.append(Integer.toHexString(out.getAtIndex(JAVA_INT, index))).append('.');
        }
        return words.toString();
    }

    private static boolean bit(int word, int number) {
        return (word >>> number & 1) == 1;
    }

    /** (leaf, subleaf, out): EAX, EBX, ECX, EDX of the leaf, then XCR0's low half if the system has it (else 0). */
    private static Assembler cpuidCode() {
        Assembler a = new Assembler();
        Label done = a.label("done");
        a.push(Gpr.RBX);
        a.mov(Gpr.R8, Gpr.RDX);
        a.mov(Gpr.RAX, 1);
        a.mov(Gpr.RCX, 0);
        a.cpuid();
        a.mov(Gpr.R9, Gpr.RCX);
        a.mov(Gpr.RAX, Gpr.RDI);
        a.mov(Gpr.RCX, Gpr.RSI);
        a.cpuid();
        a.mov32(Mem.at(Gpr.R8), Gpr.RAX);
        a.mov32(Mem.at(Gpr.R8, 4), Gpr.RBX);
        a.mov32(Mem.at(Gpr.R8, 8), Gpr.RCX);
        a.mov32(Mem.at(Gpr.R8, 12), Gpr.RDX);
        a.mov(Gpr.RAX, 0);
        a.shr(Gpr.R9, 27);
        a.and(Gpr.R9, 1);
        a.jump(Condition.EQUAL, done);
        a.mov(Gpr.RCX, 0);
        a.xgetbv();
        a.bind(done);
        a.mov32(Mem.at(Gpr.R8, 16), Gpr.RAX);
        a.pop(Gpr.RBX);
        a.ret();
        return a;
    }
}
