package wok.kernels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.Test;

class PageArenaTest {
    @Test
    void givesZerosOfEverySizeAtTheAlignmentAskedFor() {
        try (PageArena arena = new PageArena()) {
            for (long bytes : new long[] {1, 64, 65_535, 65_536, 1_000_001}) {
                for (long alignment : new long[] {1, 64, 4096, 8192}) {
                    MemorySegment memory = arena.allocate(bytes, alignment);
                    assertThat(memory.byteSize()).isEqualTo(bytes);
                    assertThat(memory.address() % alignment).isZero();
                    assertThat(memory.toArray(ValueLayout.JAVA_BYTE)).containsOnly(0);
                    memory.fill((byte) 1);
                }
            }
        }
    }

    @Test
    void memoryEndsWithItsArena() {
        PageArena arena = new PageArena();
        MemorySegment memory = arena.allocate(100_000, 64);
        arena.close();
        assertThat(memory.scope().isAlive()).isFalse();
        assertThatThrownBy(() -> memory.get(ValueLayout.JAVA_BYTE, 0)).isInstanceOf(IllegalStateException.class);
    }
}
