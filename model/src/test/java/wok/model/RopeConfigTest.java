package wok.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;
import wok.kernels.RopePairing;

/** Frequencies against values worked out by hand from the definitions in transformers' modeling_rope_utils.py. */
class RopeConfigTest {

    @Test
    void unscaledFrequenciesArePowersOfTheBase() {
        assertThat(rope(8, 10_000, new RopeScaling.None()).frequencies(512))
                .containsExactly(new double[] {1, 0.1, 0.01, 0.001}, within(1e-15));
    }

    @Test
    void linearDividesAll() {
        assertThat(rope(4, 100, new RopeScaling.Linear(8)).frequencies(512))
                .containsExactly(new double[] {0.125, 0.0125}, within(1e-15));
    }

    @Test
    void divisorsDivideEachPair() {
        assertThat(rope(4, 100, new RopeScaling.Divisors(List.of(1f, 4f))).frequencies(512))
                .containsExactly(new double[] {1, 0.025}, within(1e-15));
    }

    @Test
    void llama3KeepsShortWavelengthsDividesLongOnesAndBlendsBetween() {
        // Original context 64: wavelengths 2 pi * {1, 10, 100, 1000}; short below 64 / 4 = 16, long above 64 / 1.
        double[] frequencies =
                rope(8, 10_000, new RopeScaling.Llama3(8, 1, 4, 64)).frequencies(512);

        double wavelength = 2 * Math.PI * 10;
        double smooth = (64 / wavelength - 1) / (4 - 1);
        assertThat(frequencies)
                .containsExactly(
                        new double[] {1, (1 - smooth) * 0.1 / 8 + smooth * 0.1, 0.01 / 8, 0.001 / 8}, within(1e-15));
    }

    @Test
    void yarnRampsFromUnscaledToScaledAndMagnifies() {
        // 64 dimensions, base 10000, original context 2048: the pairs that turn 32 times and once within it are
        // 64 ln(2048 / (32 * 2 pi)) / (2 ln 10000) = 8.06 and 20.1, rounded to 8 and 21.
        double magnitude = RopeScaling.Yarn.magnitude(4, 1);
        RopeConfig rope = rope(64, 10_000, new RopeScaling.Yarn(4, 2048, 32, 1, magnitude, true));
        double[] plain = rope(64, 10_000, new RopeScaling.None()).frequencies(512);

        assertThat(rope.magnitude()).isCloseTo(0.1 * Math.log(4) + 1, within(1e-15));
        assertThat(rope.frequencies(512)[8]).isEqualTo(plain[8]);
        assertThat(rope.frequencies(512)[21]).isEqualTo(plain[21] / 4);
        double ramp = (12.0 - 8) / (21 - 8);
        assertThat(rope.frequencies(512)[12]).isCloseTo(plain[12] * (1 - ramp) + plain[12] / 4 * ramp, within(1e-15));
    }

    @Test
    void rejectsDivisorsThatAreNotOnePerPairOrNotPositive() {
        assertThatExceptionOfType(ModelException.class)
                .isThrownBy(() -> rope(4, 100, new RopeScaling.Divisors(List.of(1f))))
                .withMessage("rope_freqs.weight: 1 values (expected: 2, half the rotary dimensions)");
        assertThatExceptionOfType(ModelException.class)
                .isThrownBy(() -> new RopeScaling.Divisors(List.of(1f, Float.NaN)))
                .withMessageContaining("rope_freqs.weight");
    }

    @Test
    void rejectsOddDimensions() {
        assertThatExceptionOfType(ModelException.class)
                .isThrownBy(() -> rope(5, 100, new RopeScaling.None()))
                .withMessageContaining("an even number");
    }

    private static RopeConfig rope(int dimensions, double base, RopeScaling scaling) {
        return new RopeConfig(RopePairing.HALVES, dimensions, base, scaling);
    }
}
