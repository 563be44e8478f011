package wok.kernels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.lang.foreign.Arena;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Convolution and delta rule against their formulas in double, and their bits however the rows come in. */
class RecurrenceTest {
    private static final int ROWS = 23;
    private static final RecurrentShape ODD = new RecurrentShape(4, 2, 5, 7, 4);
    /** Enough work that it is shared out. */
    private static final RecurrentShape WIDE = new RecurrentShape(6, 3, 64, 33, 3);

    private final Arena arena = Arena.ofShared();
    private final Compute compute = Compute.create(KernelSet.REFERENCE, 3);

    /** One sequence's inputs, the same for every test of a shape. */
    private record Inputs(FloatRows x, FloatRows weight, FloatRows rates, FloatRows decays) {
        static Inputs of(Arena arena, RecurrentShape shape, boolean decayByKey) {
            int decays = decayByKey ? shape.heads() * shape.keyDim() : shape.heads();
            return new Inputs(
                    random(arena, ROWS, shape.channels(), 1, -1, 1),
                    random(arena, shape.taps(), shape.channels(), 2, -1, 1),
                    random(arena, ROWS, shape.heads(), 3, 0, 1),
                    random(arena, ROWS, decays, 4, 0.5, 1));
        }
    }

    private static FloatRows random(Arena arena, int rows, int columns, long seed, double from, double to) {
        Random random = new Random(seed);
        FloatRows x = FloatRows.allocate(arena, rows, columns);
        for (int row = 0; row < rows; row++) {
            for (int column = 0; column < columns; column++) {
                x.set(row, column, (float) random.nextDouble(from, to));
            }
        }
        return x;
    }

    @AfterEach
    void close() {
        compute.close();
        arena.close();
    }

    @Test
    void convolvesWithWhatWasBeforeAndZerosBeforeTheStart() {
        Inputs in = Inputs.of(arena, ODD, false);
        FloatRows out = FloatRows.allocate(arena, ROWS, ODD.channels());
        compute.recurrence().convolve(in.x(), 0, in.weight(), one(0, ROWS), state(ODD, 1), out);

        for (int row = 0; row < ROWS; row++) {
            for (int c = 0; c < ODD.channels(); c++) {
                double sum = 0;
                for (int j = Math.max(0, 3 - row); j < 4; j++) {
                    sum += (double) in.weight().get(j, c) * in.x().get(row - 3 + j, c);
                }
                assertThat((double) out.get(row, c)).isCloseTo(sum / (1 + Math.exp(-sum)), within(1e-6));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void deltaRuleIsItsFormula(boolean decayByKey) {
        Inputs in = Inputs.of(arena, ODD, decayByKey);
        FloatRows out = FloatRows.allocate(arena, ROWS, ODD.valueColumns());
        compute.recurrence().delta(in.x(), in.rates(), in.decays(), one(0, ROWS), state(ODD, 1), out);

        for (int head = 0; head < ODD.heads(); head++) {
            double[][] s = new double[ODD.keyDim()][ODD.valueDim()];
            for (int row = 0; row < ROWS; row++) {
                double[] expected = step(s, in, row, head, decayByKey);
                for (int j = 0; j < ODD.valueDim(); j++) {
                    assertThat((double) out.get(row, head * ODD.valueDim() + j)).isCloseTo(expected[j], within(2e-4));
                }
            }
        }
    }

    private static double[] step(double[][] s, Inputs in, int row, int head, boolean decayByKey) {
        int keys = ODD.keyDim();
        int query = head / 2 * keys;
        int key = ODD.keyColumns() + query;
        int value = 2 * ODD.keyColumns() + head * ODD.valueDim();
        double[] out = new double[ODD.valueDim()];
        for (int j = 0; j < out.length; j++) {
            double known = 0;
            for (int i = 0; i < keys; i++) {
                s[i][j] *= in.decays().get(row, decayByKey ? head * keys + i : head);
                known += s[i][j] * in.x().get(row, key + i);
            }
            double error = (in.x().get(row, value + j) - known) * in.rates().get(row, head);
            for (int i = 0; i < keys; i++) {
                s[i][j] += in.x().get(row, key + i) * error;
                out[j] += s[i][j] * in.x().get(row, query + i);
            }
        }
        return out;
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 5, 16})
    void bitsDoNotDependOnHowASequenceIsCut(int chunk) {
        for (RecurrentShape shape : new RecurrentShape[] {ODD, WIDE}) {
            Inputs in = Inputs.of(arena, shape, true);
            int[] whole = run(compute, shape, in, ROWS);

            assertThat(run(compute, shape, in, chunk)).isEqualTo(whole);
            try (Compute alone = Compute.create(KernelSet.VECTOR, 1)) {
                assertThat(run(alone, shape, in, chunk)).isEqualTo(whole);
            }
        }
    }

    /** The rule's answers behind the convolution, in chunks of so many rows. */
    private int[] run(Compute with, RecurrentShape shape, Inputs in, int chunk) {
        RecurrentState state = state(shape, 1);
        FloatRows answers = FloatRows.allocate(arena, ROWS, shape.valueColumns());
        for (int from = 0; from < ROWS; from += chunk) {
            int count = Math.min(chunk, ROWS - from);
            run(with, in, from, count, one(from, count), state, answers);
        }
        return Bits.of(answers, ROWS);
    }

    private void run(
            Compute with, Inputs in, int from, int count, StateRows rows, RecurrentState state, FloatRows answers) {
        RecurrentShape shape = state.shape();
        FloatRows mixed = FloatRows.allocate(arena, count, shape.channels());
        FloatRows out = FloatRows.allocate(arena, count, shape.valueColumns());
        with.recurrence().convolve(cut(in.x(), from, count), 0, in.weight(), rows, state, mixed);
        with.recurrence().delta(mixed, cut(in.rates(), from, count), cut(in.decays(), from, count), rows, state, out);
        for (int row = 0; row < count; row++) {
            answers.setRow(from + row, out.row(row), 0);
        }
    }

    private FloatRows cut(FloatRows x, int from, int count) {
        FloatRows part = FloatRows.allocate(arena, count, x.columns());
        for (int row = 0; row < count; row++) {
            part.setRow(row, x.row(from + row), 0);
        }
        return part;
    }

    @Test
    void sequencesWhoseRowsAlternateDoNotSeeEachOther() {
        Inputs in = Inputs.of(arena, ODD, false);
        int[] alone = run(compute, ODD, in, ROWS);
        StateRows rows = new StateRows(2 * ROWS);
        Inputs twice = new Inputs(doubled(in.x()), in.weight(), doubled(in.rates()), doubled(in.decays()));
        for (int position = 0; position < ROWS; position++) {
            rows.add(position, 2);
            rows.add(position, 0);
        }
        FloatRows answers = FloatRows.allocate(arena, 2 * ROWS, ODD.valueColumns());
        run(compute, twice, 0, 2 * ROWS, rows, state(ODD, 3), answers);

        for (int which = 0; which < 2; which++) {
            FloatRows own = FloatRows.allocate(arena, ROWS, ODD.valueColumns());
            for (int row = 0; row < ROWS; row++) {
                own.setRow(row, answers.row(2 * row + which), 0);
            }
            assertThat(Bits.of(own, ROWS)).isEqualTo(alone);
        }
    }

    private FloatRows doubled(FloatRows x) {
        FloatRows twice = FloatRows.allocate(arena, 2 * ROWS, x.columns());
        for (int row = 0; row < 2 * ROWS; row++) {
            twice.setRow(row, x.row(row / 2), 0);
        }
        return twice;
    }

    @Test
    void aKeptStateGoesOnWhereItWasKept() {
        Inputs in = Inputs.of(arena, ODD, false);
        int[] whole = run(compute, ODD, in, ROWS);
        RecurrentState state = state(ODD, 3);
        FloatRows answers = FloatRows.allocate(arena, ROWS, ODD.valueColumns());
        StateRows first = new StateRows(ROWS);
        for (int position = 0; position < ROWS; position++) {
            first.add(position, 0);
            if (position == 8) {
                first.keep(2);
            }
        }
        run(compute, in, 0, ROWS, first, state, answers);
        state.copySlot(2, 1);
        StateRows second = new StateRows(ROWS);
        for (int position = 9; position < ROWS; position++) {
            second.add(position, 1);
        }
        run(compute, in, 9, ROWS - 9, second, state, answers);

        assertThat(Bits.of(answers, ROWS)).isEqualTo(whole);
    }

    @Test
    void decaysAndNormsAreTheirFormulas() {
        FloatRows x = random(arena, 2, 12, 5, -3, 3);
        FloatRows bias = random(arena, 1, 12, 6, -1, 1);
        FloatRows rates = random(arena, 1, 3, 7, 0.1, 2);
        FloatRows decays = TestRows.copy(arena, x);
        compute.recurrence().decay(decays, 2, bias, rates);
        FloatRows normed = TestRows.copy(arena, x);
        compute.recurrence().normHeads(normed, 2, 4, 2, 4, 1e-6f, 0.5f);

        for (int row = 0; row < 2; row++) {
            for (int c = 0; c < 12; c++) {
                double softplus = Math.log1p(Math.exp(x.get(row, c) + bias.get(0, c)));
                assertThat((double) decays.get(row, c))
                        .isCloseTo(Math.exp(-rates.get(0, c / 4) * softplus), within(1e-6));
                double squares = 1e-6;
                for (int i = c / 4 * 4; i < c / 4 * 4 + 4; i++) {
                    squares += (double) x.get(row, i) * x.get(row, i);
                }
                double expected = c < 4 ? x.get(row, c) : 0.5 * x.get(row, c) / Math.sqrt(squares);
                assertThat((double) normed.get(row, c)).isCloseTo(expected, within(1e-6));
            }
        }
    }

    @Test
    void rejectsRowsThatDoNotFollow() {
        StateRows rows = new StateRows(4);
        rows.add(5, 1);
        rows.add(0, 0);

        assertThatIllegalArgumentException()
                .isThrownBy(() -> rows.add(7, 1))
                .withMessage("position: 7 (expected: 6, behind the row before it in state slot 1)");
    }

    @Test
    void rejectsOtherSizes() {
        Inputs in = Inputs.of(arena, ODD, false);
        FloatRows out = FloatRows.allocate(arena, ROWS, ODD.valueColumns() + 1);

        assertThatIllegalArgumentException()
                .isThrownBy(() ->
                        compute.recurrence().delta(in.x(), in.rates(), in.decays(), one(0, ROWS), state(ODD, 1), out))
                .withMessageStartingWith("out.columns");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new RecurrentShape(4, 3, 8, 8, 4))
                .withMessageStartingWith("keyHeads: 3 (expected: a divisor");
    }

    private RecurrentState state(RecurrentShape shape, int slots) {
        return RecurrentState.allocate(arena, slots, shape);
    }

    private static StateRows one(int from, int count) {
        StateRows rows = new StateRows(count);
        for (int position = from; position < from + count; position++) {
            rows.add(position, 0);
        }
        return rows;
    }
}
