package wok.kernels;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class WeightMemoryTest {
    @Test
    void matricesLieBesideEachOtherWithoutTouching() {
        try (Arena arena = Arena.ofShared()) {
            WeightMemory memory = new WeightMemory(arena);
            List<MemorySegment> matrices = new ArrayList<>();
            for (int i = 1; i < 60; i++) {
                MemorySegment matrix = memory.allocate(i * 1000L, 64);
                assertThat(matrix.byteSize()).isEqualTo(i * 1000L);
                assertThat(matrix.address() % 64).isZero();
                assertThat(matrix.mismatch(arena.allocate(i * 1000L))).isEqualTo(-1);
                matrix.fill((byte) i);
                matrices.add(matrix);
            }
            for (int i = 1; i < 60; i++) {
                assertThat(matrices.get(i - 1).toArray(ValueLayout.JAVA_BYTE)).containsOnly(i);
            }
        }
    }

    @Test
    void aMatrixGreaterThanWhatIsMappedAtOnceHasMemoryOfItsOwn() {
        try (Arena arena = Arena.ofShared()) {
            WeightMemory memory = new WeightMemory(arena);
            memory.allocate(100, 64);
            MemorySegment great = memory.allocate(300L << 20, 64);
            great.set(ValueLayout.JAVA_BYTE, great.byteSize() - 1, (byte) 1);
            assertThat(great.byteSize()).isEqualTo(300L << 20);
            assertThat(memory.allocate(100, 64).address()).isNotEqualTo(great.address());
        }
    }

    @Test
    void growingMemoryIsZerosToo() {
        try (Arena arena = Arena.ofShared()) {
            WeightMemory memory = new WeightMemory(arena);
            for (long bytes : new long[] {100, 5 << 20, 3000}) {
                MemorySegment layer = memory.growing().allocate(bytes, 64);
                assertThat(layer.mismatch(arena.allocate(bytes))).isEqualTo(-1);
                layer.fill((byte) 1);
            }
        }
    }

    @Test
    void memoryOnTheHeapTakesNoAdvice() {
        byte[] bytes = {1, 2, 3};
        WeightMemory.preferLargePages(MemorySegment.ofArray(bytes));
        assertThat(bytes).containsExactly(1, 2, 3);
    }
}
