package wok.formats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import wok.tensor.DType;
import wok.tensor.Shape;
import wok.tensor.Tensor;

class Mxfp4WeightsTest {
    private static final int EXPERTS = 3;
    private static final int ROWS = 5;
    private static final int BLOCKS = 2;
    private static final String CONFIG = "{\"quantization_config\": {\"quant_method\": \"mxfp4\"}}";

    @TempDir
    Path folder;

    private final SafetensorsWriter writer = new SafetensorsWriter();
    private final byte[] codes = random(EXPERTS * ROWS * BLOCKS * 16);
    private final byte[] scales = random(EXPERTS * ROWS * BLOCKS);

    private static byte[] random(int length) {
        byte[] bytes = new byte[length];
        SplittableRandom random = new SplittableRandom(length);
        for (int i = 0; i < length; i++) {
            bytes[i] = (byte) random.nextInt();
        }
        return bytes;
    }

    private void tensor(String name, DType type, byte[] data, long... shape) {
        writer.tensor(name, type, Shape.of(shape), () -> MemorySegment.ofArray(data));
    }

    private ModelSource open() throws IOException {
        Files.writeString(folder.resolve("config.json"), CONFIG);
        writer.write(folder.resolve("model.safetensors"));
        return ModelSource.open(folder);
    }

    private void rejects(String... parts) {
        assertThatThrownBy(() -> open().close())
                .isInstanceOf(MalformedModelException.class)
                .hasMessageContainingAll(parts);
    }

    @Test
    void joinsCodesAndScalesToBlocksOfTheSameValues() throws IOException {
        tensor("x_blocks", DType.U8, codes, EXPERTS, ROWS, BLOCKS, 16);
        tensor("x_bias", DType.U8, new byte[1], 1);
        tensor("x_scales", DType.U8, scales, EXPERTS, ROWS, BLOCKS);
        try (ModelSource model = open()) {
            assertThat(model.tensors().keySet()).containsExactly("x", "x_bias");
            Tensor weight = Objects.requireNonNull(model.tensors().get("x"));
            assertThat(weight.dtype()).isEqualTo(DType.MXFP4);
            assertThat(weight.shape()).isEqualTo(Shape.of(EXPERTS, ROWS, 32 * BLOCKS));
            for (int expert = 0; expert < EXPERTS; expert++) {
                requireExpert(weight.slice(expert), expert);
            }
            model.release(weight);
        }
    }

    private void requireExpert(Tensor weight, int expert) {
        byte[] found = weight.data().toArray(ValueLayout.JAVA_BYTE);
        for (int block = 0; block < ROWS * BLOCKS; block++) {
            int stored = expert * ROWS * BLOCKS + block;
            assertThat(found[17 * block]).isEqualTo(scales[stored]);
            for (int k = 0; k < 32; k++) {
                int expected = (codes[16 * stored + k / 2] >>> (4 * (k % 2))) & 0xF;
                int actual = (found[17 * block + 1 + k % 16] >>> (4 * (k / 16))) & 0xF;
                assertThat(actual).as("block %d, element %d", stored, k).isEqualTo(expected);
            }
        }
    }

    @Test
    void rejectsCodesWithoutScalesAndScalesWithoutCodes() throws IOException {
        tensor("x_blocks", DType.U8, codes, EXPERTS, ROWS, BLOCKS, 16);
        rejects("tensor x", "no x_scales");
        tensor("x_scales", DType.U8, scales, EXPERTS, ROWS, BLOCKS);
        tensor("y_scales", DType.U8, scales, EXPERTS, ROWS, BLOCKS);
        rejects("tensor y", "no y_blocks");
    }

    @Test
    void rejectsOtherShapes() {
        tensor("x_blocks", DType.U8, codes, EXPERTS, ROWS, BLOCKS, 16);
        tensor("x_scales", DType.U8, scales, EXPERTS, BLOCKS, ROWS);
        rejects("tensor x_scales", "[3, 2, 5]", "[3, 5, 2]");
    }

    @Test
    void rejectsBlocksThatAreNone() {
        tensor("x_blocks", DType.U8, codes, EXPERTS, ROWS, 16, BLOCKS);
        tensor("x_scales", DType.U8, scales, EXPERTS, ROWS, BLOCKS);
        rejects("tensor x_blocks", "[3, 5, 16, 2]", "16]");
    }

    @Test
    void rejectsEmptyOnesAndOtherTypes() {
        tensor("x_blocks", DType.U8, new byte[0], 0, ROWS, BLOCKS, 16);
        tensor("x_scales", DType.U8, new byte[0], 0, ROWS, BLOCKS);
        rejects("tensor x_blocks", "[0, 5, 2, 16]");
        tensor("a_blocks", DType.I8, codes, EXPERTS, ROWS, BLOCKS, 16);
        tensor("a_scales", DType.U8, scales, EXPERTS, ROWS, BLOCKS);
        rejects("x_blocks");
    }

    @Test
    void rejectsATensorThatIsThereTwice() {
        tensor("x_blocks", DType.U8, codes, EXPERTS, ROWS, BLOCKS, 16);
        tensor("x_scales", DType.U8, scales, EXPERTS, ROWS, BLOCKS);
        tensor("x", DType.U8, new byte[1], 1);
        rejects("tensor x", "x_blocks", "one of the two");
    }
}
