package wok.kernels;

import java.util.ArrayList;
import java.util.List;
import wok.assembler.CpuFeatures;
import wok.assembler.RegisterFile;
import wok.assembler.Width;

/** What the machine set's code is assembled for. */
enum MachineTier {
    /** F, BW, DQ, VL and VNNI: 32 registers of 512 bits, masks, dot products of bytes. */
    AVX512(KernelSet.MACHINE_AVX512, Width.ZMM),
    /** AVX2, FMA and F16C: 16 registers of 256 bits. */
    AVX2(KernelSet.MACHINE_AVX2, Width.YMM);

    private final KernelSet set;
    private final Width width;

    MachineTier(KernelSet set, Width width) {
        this.set = set;
        this.width = width;
    }

    KernelSet set() {
        return set;
    }

    /** The widest vector. */
    Width width() {
        return width;
    }

    RegisterFile registers() {
        return switch (this) {
            case AVX512 -> RegisterFile.zmm();
            case AVX2 -> RegisterFile.ymm();
        };
    }

    /** What the CPU (or the system, which must save the registers) lacks for this tier. */
    List<String> missing(CpuFeatures cpu) {
        List<String> missing = new ArrayList<>();
        switch (this) {
            case AVX512 -> {
                require(cpu.avx512(), "AVX-512 F, BW, DQ and VL", missing);
                require(cpu.vnni(), "AVX-512 VNNI", missing);
            }
            case AVX2 -> {
                require(cpu.avx2(), "AVX2", missing);
                require(cpu.fma(), "FMA", missing);
                require(cpu.f16c(), "F16C", missing);
            }
        }
        return missing;
    }

    private static void require(boolean present, String feature, List<String> missing) {
        if (!present) {
            missing.add(feature);
        }
    }
}
