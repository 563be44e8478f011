package wok.bench;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import wok.kernels.FloatRows;
import wok.tensor.DType;

class ProductBenchmarkTest {
    @Test
    void theBenchmarkMultipliesWhatItSays() {
        ProductBenchmark benchmark = new ProductBenchmark();
        benchmark.type = DType.Q4_0;
        benchmark.tokens = 1;
        benchmark.threads = 1;
        benchmark.prepare();
        try {
            FloatRows y = benchmark.product();
            double squares = 0;
            for (float value : y.row(0)) {
                squares += (double) value * value;
            }
            // 2048 products of weights of 0.02 with activations of 1 have a root mean square of 0.9.
            assertThat(Math.sqrt(squares / y.columns())).isBetween(0.7, 1.2);
        } finally {
            benchmark.close();
        }
        assertThat(ProductBenchmark.bytes(DType.Q4_0, 1)).isEqualTo(32_768L * 2048 / 32 * 18);
        assertThat(ProductBenchmark.multiplyAdds(512)).isEqualTo(2048L * 2048 * 512);
    }
}
