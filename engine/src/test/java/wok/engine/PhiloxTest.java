package wok.engine;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PhiloxTest {

    /** The vectors for philox4x32 with 10 rounds in Random123's kat_vectors. */
    @Test
    void givesThePublishedKnownAnswers() {
        assertThat(scrambled(new int[4], 0, 0)).containsExactly(0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8);
        assertThat(scrambled(new int[] {-1, -1, -1, -1}, -1, -1))
                .containsExactly(0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd);
        assertThat(scrambled(new int[] {0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, 0xa4093822, 0x299f31d0))
                .containsExactly(0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1);
    }

    private static int[] scrambled(int[] counter, int key0, int key1) {
        Philox.scramble(counter, key0, key1);
        return counter;
    }

    @Test
    void aNumberDependsOnSeedPositionAndDrawAlone() {
        Philox philox = new Philox();
        double number = philox.uniform(5, 7, 0);
        assertThat(philox.uniform(5, 8, 0)).isNotEqualTo(number);
        assertThat(philox.uniform(6, 7, 0)).isNotEqualTo(number);
        assertThat(philox.uniform(5, 7, 1)).isNotEqualTo(number);
        assertThat(philox.uniform(5 + (1L << 32), 7, 0)).isNotEqualTo(number);
        assertThat(philox.uniform(5, 7 + (1L << 32), 0)).isNotEqualTo(number);
        assertThat(philox.uniform(5, 7, 0)).isEqualTo(number);
        assertThat(new Philox().uniform(5, 7, 0)).isEqualTo(number);
    }

    @Test
    void numbersFillTheUnitIntervalEvenly() {
        Philox philox = new Philox();
        int[] tenths = new int[10];
        for (int position = 0; position < 100_000; position++) {
            tenths[(int) (10 * philox.uniform(-42, position, 0))]++;
        }
        for (int count : tenths) {
            assertThat(count).isBetween(9_600, 10_400);
        }
    }

    @Test
    void theFirstTwoWordsMakeTheNumber() {
        int[] counter = {7, 0, 0, 0};
        Philox.scramble(counter, 5, 0);
        long bits = ((long) counter[0] << 32) | Integer.toUnsignedLong(counter[1]);
        assertThat(new Philox().uniform(5, 7, 0)).isEqualTo((bits >>> 11) / 0x1p53);
    }
}
