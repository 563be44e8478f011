package wok.bench;

import java.lang.foreign.Arena;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;
import wok.kernels.ActivationPrecision;
import wok.kernels.Activations;
import wok.kernels.Compute;
import wok.kernels.FloatRows;
import wok.kernels.KernelSet;
import wok.kernels.PackedMatrix;
import wok.kernels.WeightPacker;
import wok.synth.RandomBlocks;
import wok.tensor.DType;
import wok.tensor.Shape;
import wok.tensor.Tensor;

/**
 * Products of a packed matrix: of one token, with a matrix far larger than the caches (an answer), and of many tokens
 * (a prompt). Quantising the activations is part of it, as it is in a model.
 *
 * <p>Fields belong to JMH's one benchmark thread; the team's threads work for it.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 5, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Fork(2)
public class ProductBenchmark {
    private static final int COLUMNS = 2048;

    /** 64 Mi weights: no cache that a core has to itself holds them. */
    private static final int ANSWER_ROWS = 32_768;

    private static final int PROMPT_ROWS = 2048;
    private static final float RMS = 0.02f;

    /** The type in the file. */
    @Param({"Q8_0", "Q4_0", "Q4_K", "Q6_K", "F16"})
    public DType type = DType.Q8_0;

    /** Activation rows: 1 is an answer. */
    @Param({"1", "512"})
    public int tokens;

    /** The kernel set; {@code best} is the one that Wok would take. */
    @Param({"best"})
    public String kernels = "best";

    /** Threads of the team. */
    @Param({"1", "2"})
    public int threads;

    @SuppressWarnings("NullAway.Init") // JMH calls prepare before the benchmark
    private Arena arena;

    @SuppressWarnings("NullAway.Init")
    private Compute compute;

    @SuppressWarnings("NullAway.Init")
    private PackedMatrix weights;

    @SuppressWarnings("NullAway.Init")
    private Activations x;

    @SuppressWarnings("NullAway.Init")
    private FloatRows y;

    /** Packs random weights and draws activations. */
    @Setup(Level.Trial)
    public void prepare() {
        arena = Arena.ofShared();
        compute = Compute.create(kernelSet(kernels), threads);
        int rows = rows(tokens);
        Shape shape = Shape.of(rows, COLUMNS);
        byte[] bytes = new byte[Math.toIntExact(type.bytes(shape.elements()))];
        RandomBlocks.fill(type, 1, 0, RMS, 0, bytes);
        var memory = arena.allocate(bytes.length, 64);
        memory.copyFrom(java.lang.foreign.MemorySegment.ofArray(bytes));
        weights =
                WeightPacker.pack(new Tensor("w", type, shape, memory), ActivationPrecision.Q8, arena, compute.team());
        x = Activations.allocate(arena, tokens, COLUMNS);
        y = FloatRows.allocate(arena, tokens, rows);
        Random random = new Random(1);
        for (int token = 0; token < tokens; token++) {
            for (int column = 0; column < COLUMNS; column++) {
                x.f32().set(token, column, (float) random.nextGaussian());
            }
        }
    }

    /** One product of all tokens. */
    @Benchmark
    public FloatRows product() {
        compute.prepare(x, tokens, weights.activationForm());
        compute.matmul(weights, x, tokens, y);
        return y;
    }

    /** Ends the team and frees the memory. */
    @TearDown(Level.Trial)
    public void close() {
        compute.close();
        arena.close();
    }

    static KernelSet kernelSet(String word) {
        return word.equals("best")
                ? wok.kernels.Kernels.best().set()
                : KernelSet.valueOf(word.toUpperCase(java.util.Locale.ROOT));
    }

    private static int rows(int tokens) {
        return tokens == 1 ? ANSWER_ROWS : PROMPT_ROWS;
    }

    /** Bytes of the file's weights that one product reads. */
    static long bytes(DType type, int tokens) {
        return type.bytes((long) rows(tokens) * COLUMNS);
    }

    /** Multiply-adds of one product. */
    static long multiplyAdds(int tokens) {
        return (long) rows(tokens) * COLUMNS * tokens;
    }
}
