package wok.assembler;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.Test;

class LargePagesTest {
    @Test
    void givesMemoryOfZerosAtAMultipleOfALargePage() {
        try (Arena arena = Arena.ofConfined()) {
            for (long bytes : new long[] {1, 4096, 2 << 20, (2 << 20) + 1, 9_999_999}) {
                MemorySegment memory = LargePages.allocate(arena, bytes);
                assertThat(memory.byteSize()).isEqualTo(bytes);
                assertThat(memory.address() % (2 << 20)).isZero();
                assertThat(memory.get(ValueLayout.JAVA_BYTE, 0)).isZero();
                memory.set(ValueLayout.JAVA_BYTE, bytes - 1, (byte) 7);
                assertThat(memory.get(ValueLayout.JAVA_BYTE, bytes - 1)).isEqualTo((byte) 7);
            }
        }
    }

    @Test
    void memoryThatIsNotMappedIsRefused() {
        assertThat(LargePages.advise(MemorySegment.ofArray(new byte[8]))).isFalse();
        assertThat(LargePages.advise(MemorySegment.NULL)).isFalse();
    }

    @Test
    void smallPagesAreZerosToo() {
        try (Arena arena = Arena.ofShared()) {
            MemorySegment memory = LargePages.allocateSmall(arena, 100_001);
            assertThat(memory.byteSize()).isEqualTo(100_001);
            assertThat(memory.address() % 4096).isZero();
            assertThat(memory.mismatch(arena.allocate(100_001))).isEqualTo(-1);
            memory.fill((byte) 1);
        }
    }

    @Test
    void adviceChangesNoByte() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment memory = arena.allocate(3 << 20);
            memory.fill((byte) 3);
            LargePages.advise(memory.asSlice(5, 2 << 20));
            assertThat(memory.toArray(ValueLayout.JAVA_BYTE)).containsOnly(3);
        }
    }
}
