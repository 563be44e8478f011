package wok.formats;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import wok.tensor.DType;
import wok.tensor.Shape;
import wok.tensor.Tensor;

/** Files that other programs wrote: committed small ones, and those of the shared goldens where they are present. */
class GoldenModelsTest {

    private static Path committed(String name) throws URISyntaxException {
        return Path.of(Objects.requireNonNull(GoldenModelsTest.class.getResource("/goldens/" + name))
                .toURI());
    }

    @ParameterizedTest
    @EnumSource(
            value = DType.class,
            mode = EnumSource.Mode.EXCLUDE,
            names = {
                "Q8_1", "Q8_K", "I8", "I16", "I32", "I64", "F64", "F8_E4M3", "F8_E5M2", "F8_E8M0", "U8", "U16", "U32",
                "U64", "BOOL"
            })
    void readsEveryWeightTypeOfGgml(DType type) throws Exception {
        try (GgufModel model = GgufModel.open(committed("gguf-types/" + type + ".gguf"))) {
            Tensor weight = Objects.requireNonNull(model.tensors().get("weight"));
            assertThat(weight.dtype()).isEqualTo(type);
            assertThat(weight.shape()).isEqualTo(Shape.of(2, 512));
            assertThat(model.tensorBytes()).isEqualTo(type.bytes(1024));
        }
    }

    /** Every folder and GGUF file of the shared goldens opens, and every tensor can be read to its last byte. */
    @Test
    void readsAllSharedGoldensWhereTheyArePresent() throws Exception {
        for (Path path : sharedModels()) {
            try (ModelSource model = ModelSource.open(path)) {
                assertThat(model.tensors()).as(path.toString()).isNotEmpty();
                Touch.everything(model);
            }
        }
    }

    private static List<Path> sharedModels() throws IOException, URISyntaxException {
        for (Path up = Path.of("").toAbsolutePath(); up != null; up = up.getParent()) {
            Path goldens = up.resolve("shared/goldens");
            if (Files.isDirectory(goldens)) {
                try (Stream<Path> files = Files.walk(goldens, 2)) {
                    return files.filter(file -> file.toString().endsWith(".gguf")
                                    || Files.exists(file.resolve("model.safetensors"))
                                    || Files.exists(file.resolve("model.safetensors.index.json")))
                            .filter(file -> !file.getFileName().toString().equals("lora"))
                            .toList();
                }
            }
        }
        return List.of(committed("gguf-types/F32.gguf"));
    }
}
