package wok.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;

class LogprobsTest {

    @Test
    void areTheLogarithmsOfTheSoftmax() {
        float[] logits = {(float) StrictMath.log(1), (float) StrictMath.log(2), (float) StrictMath.log(5)};
        TokenInfo info = new Logprobs(3).describe(logits, 0, 2);
        assertThat(info.id()).isZero();
        assertThat(info.logprob()).isCloseTo((float) StrictMath.log(1 / 8.0), within(1e-6f));
        assertThat(info.top().stream().map(TokenLogprob::id)).containsExactly(2, 1);
        assertThat(info.top().getFirst().logprob()).isCloseTo((float) StrictMath.log(5 / 8.0), within(1e-6f));
    }

    @Test
    void forbiddenTokensHaveProbabilityZero() {
        TokenInfo info = new Logprobs(2).describe(new float[] {0, Float.NEGATIVE_INFINITY}, 1, 5);
        assertThat(info.logprob()).isEqualTo(Float.NEGATIVE_INFINITY);
        assertThat(info.top()).isEqualTo(List.of(new TokenLogprob(0, 0)));
    }

    @Test
    void onlyTheChosenTokenWhenNoOthersAreAskedFor() {
        TokenInfo info = new Logprobs(2).describe(new float[] {1, 1}, 1, 0);
        assertThat(info.top()).isEmpty();
        assertThat(info.logprob()).isCloseTo((float) StrictMath.log(0.5), within(1e-6f));
    }
}
