package wok.formats;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import wok.tensor.DType;
import wok.tensor.RowConversion;
import wok.tensor.Shape;
import wok.tensor.Tensor;

/** A tensor that is made row by row is, to its reader, the same as one that lies in memory. */
class ConvertedTensorTest {
    private static final Shape SHAPE = Shape.of(3, 19, 5);

    private final List<Long> converted = new ArrayList<>();

    /** Element (row, column) is 5 row + column. */
    private Tensor made() {
        RowConversion conversion = (first, count, to) -> {
            converted.add(first);
            for (int i = 0; i < count * 5; i++) {
                to[i] = (byte) (first * 5 + i);
            }
        };
        return Tensor.converted("w", DType.U8, SHAPE, conversion, List.of());
    }

    private static Tensor inMemory() {
        byte[] bytes = new byte[3 * 19 * 5];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) i;
        }
        return new Tensor("w", DType.U8, SHAPE, MemorySegment.ofArray(bytes));
    }

    private static byte[] bytes(MemorySegment segment) {
        return segment.toArray(JAVA_BYTE);
    }

    @Test
    void everyWayOfReadingGivesTheSame() {
        Tensor made = made();
        Tensor there = inMemory();
        assertThat(bytes(made.data())).isEqualTo(bytes(there.data()));
        assertThat(bytes(made.row(56))).isEqualTo(bytes(there.row(56)));
        assertThat(bytes(made.rows(17, 20))).isEqualTo(bytes(there.rows(17, 20)));
        for (int i = 0; i < 3; i++) {
            assertThat(made.slice(i).shape()).isEqualTo(Shape.of(19, 5));
            assertThat(bytes(made.slice(i).data()))
                    .isEqualTo(bytes(there.slice(i).data()));
            assertThat(bytes(made.slice(i).slice(18).data()))
                    .isEqualTo(bytes(there.slice(i).slice(18).data()));
        }
        assertThat(made.slice(2).name()).isEqualTo("w[2]");
    }

    @Test
    void onlyWhatIsAskedForIsConverted() {
        Tensor made = made();
        assertThat(made.bytes()).isEqualTo(285);
        assertThat(made.rowBytes()).isEqualTo(5);
        assertThat(converted).isEmpty();
        made.slice(1).named("v").row(2);
        assertThat(converted).containsExactly(21L);
    }

    @Test
    void rejectsRowsAndSlicesThatAreNotThere() {
        for (Tensor tensor : List.of(made(), inMemory())) {
            assertThatThrownBy(() -> tensor.rows(56, 2)).isInstanceOf(IndexOutOfBoundsException.class);
            assertThatThrownBy(() -> tensor.row(-1)).isInstanceOf(IndexOutOfBoundsException.class);
            assertThatThrownBy(() -> tensor.slice(3)).isInstanceOf(IndexOutOfBoundsException.class);
            assertThatThrownBy(() -> tensor.slice(0).slice(0).slice(0))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("w[0][0]: shape [5]");
        }
    }
}
