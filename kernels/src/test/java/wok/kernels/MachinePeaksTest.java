package wok.kernels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import wok.assembler.CpuFeatures;
import wok.assembler.Width;
import wok.kernels.MachinePeaks.Element;
import wok.kernels.MachinePeaks.MultiplyAdds;
import wok.kernels.MachinePeaks.Rate;
import wok.kernels.MachinePeaks.Reading;

class MachinePeaksTest {
    private static boolean machineCodeRuns() {
        try {
            CpuFeatures cpu = CpuFeatures.read();
            return cpu.avx2() && cpu.fma();
        } catch (UnsupportedOperationException e) {
            return false;
        }
    }

    @Test
    void figuresAreThoseOfAComputer() {
        if (!machineCodeRuns()) {
            assertThatExceptionOfType(KernelException.class).isThrownBy(() -> MachinePeaks.measure(1));
            return;
        }
        MachinePeaks peaks = MachinePeaks.measure(2);
        assertThat(peaks.threads()).isEqualTo(2);
        assertThat(peaks.memory().bufferBytes()).isEqualTo(256L << 20);
        assertThat(peaks.cache().bufferBytes()).isEqualTo(256L << 10);
        for (Reading reading : List.of(peaks.memory(), peaks.cache())) {
            assertThat(reading.bytesPerSecond().oneThread()).isBetween(1e8, 1e13);
            assertThat(reading.bytesPerSecond().allThreads()).isBetween(1e8, 2e13);
        }
        assertThat(peaks.multiplyAdds()).hasSizeBetween(2, 5);
        for (MultiplyAdds multiplyAdds : peaks.multiplyAdds()) {
            assertThat(multiplyAdds.perSecond().oneThread())
                    .as("at most 2 products for each byte of a register in each of 7e9 cycles")
                    .isBetween(1e8, 14e9 * multiplyAdds.vectorBits() / 8);
            assertThat(multiplyAdds.perSecond().allThreads()).isGreaterThan(1e8);
        }
    }

    @Test
    void aLoopCountsTheMultiplyAddsOfAllItsRegisters() {
        if (machineCodeRuns()) {
            try (Arena arena = Arena.ofConfined()) {
                assertThat(ProbeCode.floats(Width.YMM, arena).multiplyAdds()).isEqualTo(15 * 8);
                assertThat(ProbeCode.bytePairs(Width.YMM, arena).multiplyAdds()).isEqualTo(10 * 32);
                assertThat(ProbeCode.floats(Width.ZMM, arena).multiplyAdds()).isEqualTo(31 * 16);
                assertThat(ProbeCode.dotProducts(Width.ZMM, arena).multiplyAdds())
                        .isEqualTo(31 * 64);
            }
        }
    }

    @Test
    void theBestOfAnElementIsWhatAllThreadsDoFastest() {
        List<MultiplyAdds> measured = new ArrayList<>();
        measured.add(new MultiplyAdds(Element.FLOAT32, "a", 256, new Rate(3, 4)));
        measured.add(new MultiplyAdds(Element.INT8, "b", 256, new Rate(9, 10)));
        measured.add(new MultiplyAdds(Element.FLOAT32, "c", 512, new Rate(2, 5)));
        Reading reading = new Reading(1, new Rate(1, 1));
        MachinePeaks peaks = new MachinePeaks(2, reading, reading, measured);
        assertThat(peaks.best(Element.FLOAT32).instruction()).isEqualTo("c");
        assertThat(peaks.best(Element.INT8).instruction()).isEqualTo("b");
    }
}
