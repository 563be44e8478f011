package wok.formats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import wok.tensor.DType;
import wok.tensor.Shape;

class HuggingFaceFolderTest {
    @TempDir
    Path folder;

    private void write(String name, String text) throws IOException {
        Files.writeString(folder.resolve(name), text);
    }

    private void shard(String name, String... tensors) throws IOException {
        SafetensorsWriter writer = new SafetensorsWriter();
        for (String tensor : tensors) {
            writer.tensor(tensor, DType.U8, Shape.of(1), () -> MemorySegment.ofArray(new byte[] {7}));
        }
        writer.write(folder.resolve(name));
    }

    private void rejects(String... parts) {
        assertThatThrownBy(() -> ModelSource.open(folder))
                .isInstanceOf(MalformedModelException.class)
                .hasMessageContainingAll(parts);
    }

    @Test
    void readsConfigTensorsAndCompanions() throws IOException {
        write("config.json", "{\"model_type\": \"llama\"}");
        write("chat_template.jinja", "{{ messages }} ß");
        write("tokenizer.json", "{\"version\": \"1.0\"}");
        Files.createDirectory(folder.resolve("1_Pooling"));
        write("1_Pooling/config.json", "{}");
        shard("model.safetensors", "a", "b");
        shard("consolidated.safetensors", "c");
        try (HuggingFaceFolder model = (HuggingFaceFolder) ModelSource.open(folder)) {
            assertThat(model.config().text("model_type")).contains("llama");
            assertThat(model.tensors().keySet()).containsExactly("a", "b");
            assertThat(model.tensorBytes()).isEqualTo(2);
            assertThat(model.text("chat_template.jinja")).contains("{{ messages }} ß");
            assertThat(model.json("tokenizer.json").orElseThrow().text("version"))
                    .contains("1.0");
            assertThat(model.json("1_Pooling/config.json")).isPresent();
            assertThat(model.json("generation_config.json")).isEmpty();
            assertThat(model.text("nothing.txt")).isEmpty();
            assertThat(model.path()).isEqualTo(folder);
        }
    }

    @Test
    void closingTwiceIsAllowedAndReadingAfterwardsIsNot() throws IOException {
        write("config.json", "{}");
        shard("model.safetensors", "a");
        HuggingFaceFolder model = HuggingFaceFolder.open(folder);
        model.close();
        model.close();
        assertThatThrownBy(() -> Touch.everything(model)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void readsShardsByTheirIndexThroughLinksToo() throws IOException {
        write("config.json", "{}");
        shard("model-00001-of-00002.safetensors", "a", "b");
        shard("blob", "c");
        Files.createSymbolicLink(folder.resolve("model-00002-of-00002.safetensors"), folder.resolve("blob"));
        write(ShardIndex.FILE_NAME, """
                {"metadata": {"total_size": 3}, "weight_map": {
                  "a": "model-00001-of-00002.safetensors", "c": "model-00002-of-00002.safetensors",
                  "b": "model-00001-of-00002.safetensors"}}
                """);
        try (ModelSource model = ModelSource.open(folder)) {
            assertThat(model.tensors().keySet()).containsExactly("a", "b", "c");
        }
    }

    @Test
    void readsAllSafetensorsWhereNoIndexNamesThem() throws IOException {
        write("config.json", "{}");
        shard("x.safetensors", "a");
        shard("y.safetensors", "b");
        try (ModelSource model = ModelSource.open(folder)) {
            assertThat(model.tensors().keySet()).containsExactly("a", "b");
        }
        shard("z.safetensors", "a");
        rejects("z.safetensors: tensor name: found a again");
    }

    @Test
    void opensATokenizerWithoutAModel() throws IOException {
        write("tokenizer.json", "{}");
        try (HuggingFaceFolder model = HuggingFaceFolder.open(folder)) {
            assertThat(model.tensors()).isEmpty();
            assertThatThrownBy(model::config)
                    .isInstanceOf(MalformedModelException.class)
                    .hasMessageContaining("a config.json");
        }
    }

    @Test
    void opensAFolderWithOneGgufModel() throws IOException {
        new GgufWriter().text("general.name", "one").write(folder.resolve("model.gguf"));
        write("README.md", "words");
        try (ModelSource model = ModelSource.open(folder)) {
            assertThat(model).isInstanceOf(GgufModel.class);
        }
        new GgufWriter().write(folder.resolve("other.gguf"));
        rejects("folder: found model.gguf, other.gguf (expected: one GGUF model; name the file)");
    }

    @Test
    void rejectsFoldersWithoutAModel() throws IOException {
        rejects("an empty folder", "a config.json, or one GGUF model");
        write("notes.txt", "");
        rejects("folder: found notes.txt");
        write("config.json", "{}");
        write("pytorch_model.bin", "");
        rejects("pytorch_model.bin at byte 0: file: found an empty file (expected: a state dict that PyTorch saved)");
    }

    @Test
    void rejectsAFolderThatIsNotThereAndAFileInItsPlace() throws IOException {
        assertThatThrownBy(() -> ModelSource.open(folder.resolve("gone")))
                .isInstanceOf(MalformedModelException.class)
                .hasMessageContaining("gone: file: found no such file");
        write("file", "");
        assertThatThrownBy(() -> HuggingFaceFolder.open(folder.resolve("file")))
                .isInstanceOf(MalformedModelException.class)
                .hasMessageContaining("found a file (expected: a model's folder)");
        assertThatThrownBy(() -> HuggingFaceFolder.open(folder.resolve("gone")))
                .isInstanceOf(MalformedModelException.class)
                .hasMessageContaining("no such file");
    }

    @Test
    void rejectsADirectoryInPlaceOfAFile() {
        assertThatThrownBy(() -> GgufModel.open(folder))
                .isInstanceOf(MalformedModelException.class)
                .hasMessageContaining("found a directory (expected: a GGUF file)");
    }

    /** Reading a device or a pipe might never end. */
    @Test
    void rejectsWhatIsNoRegularFile() {
        assertThatThrownBy(() -> GgufModel.open(Path.of("/dev/zero")))
                .isInstanceOf(MalformedModelException.class)
                .message()
                .containsAnyOf("a device, pipe or socket", "no such file");
    }

    /** Told by the exception that the system gives, since a superuser may read every file. */
    @Test
    void saysWhyAFileCannotBeRead() {
        assertThat(MappedFile.unreadable(Path.of("m.gguf"), new AccessDeniedException("m.gguf"), "a GGUF file"))
                .hasMessage("m.gguf: file: found no permission to read it (expected: a GGUF file)");
        assertThat(MappedFile.unreadable(Path.of("m.gguf"), new IOException("disk on fire"), "a GGUF file"))
                .hasMessage("m.gguf: file: found a reading error (disk on fire) (expected: a GGUF file)");
    }

    @Test
    void rejectsLinksThatLeadNowhereOrInACircle() throws IOException {
        Files.createSymbolicLink(folder.resolve("config.json"), folder.resolve("gone"));
        rejects("config.json: file: found no such file");
        Files.createSymbolicLink(folder.resolve("a.gguf"), folder.resolve("b.gguf"));
        Files.createSymbolicLink(folder.resolve("b.gguf"), folder.resolve("a.gguf"));
        assertThatThrownBy(() -> GgufModel.open(folder.resolve("a.gguf")))
                .isInstanceOf(MalformedModelException.class)
                .hasMessageContaining("a.gguf: file: found");
    }

    @Test
    void rejectsACompanionThatIsNotWhatItsNameSays() throws IOException {
        write("config.json", "{}");
        write("tokenizer.json", "[]");
        Files.write(folder.resolve("chat_template.jinja"), new byte[] {(byte) 0xff});
        try (HuggingFaceFolder model = HuggingFaceFolder.open(folder)) {
            assertThatThrownBy(() -> model.json("tokenizer.json"))
                    .isInstanceOf(MalformedModelException.class)
                    .hasMessageContaining("tokenizer.json");
            assertThatThrownBy(() -> model.text("chat_template.jinja"))
                    .isInstanceOf(MalformedModelException.class)
                    .hasMessageContaining("malformed UTF-8");
        }
        write("config.json", "{\"a\": }");
        rejects("config.json at byte 6");
    }

    @ParameterizedTest
    @ValueSource(strings = {"../secret.json", "/etc/passwd", "a/../../secret", "", "."})
    void rejectsCompanionNamesThatLeadOut(String name) throws IOException {
        write("config.json", "{}");
        try (HuggingFaceFolder model = HuggingFaceFolder.open(folder)) {
            assertThatThrownBy(() -> model.text(name)).isInstanceOf(IllegalArgumentException.class);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "../../etc/passwd",
                "../m.safetensors",
                "/m.safetensors",
                "a/m.safetensors",
                "a\\\\m.safetensors",
                "..",
                "",
                ".hidden.safetensors",
                "m.bin",
                "C:m.safetensors",
                "m\\u0000.safetensors"
            })
    void rejectsIndexesThatLeadElsewhere(String file) throws IOException {
        write("config.json", "{}");
        write(ShardIndex.FILE_NAME, "{\"weight_map\": {\"a\": \"" + file + "\"}}");
        rejects(ShardIndex.FILE_NAME + ": weight_map: found", "in the same folder");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{} | weight_map: found none",
                "{\"weight_map\": []} | weight_map: found none",
                "{\"weight_map\": {\"a\": 1}} | weight_map: a: found another JSON value",
                "{\"weight_map\": {\"a\": \"gone.safetensors\"}} | gone.safetensors: file: found no such file",
                "{\"weight_map\": {\"a\": \"s.safetensors\"}} | weight_map: b: found another file or none",
                "{\"weight_map\": {\"a\": \"s.safetensors\", \"b\": \"s.safetensors\", \"c\": \"s.safetensors\"}} | weight_map: c",
                "{\"weight_map\": {\"a\": \"s.safetensors\", \"a\": \"s.safetensors\"}} | \"a\" again",
                "[] | found another value",
            })
    void rejectsIndexesThatDoNotFitTheShards(String index, String part) throws IOException {
        write("config.json", "{}");
        shard("s.safetensors", "a", "b");
        write(ShardIndex.FILE_NAME, index);
        rejects(part);
    }

    @Test
    void rejectsTooManyShards() throws IOException {
        write("config.json", "{}");
        StringBuilder map = new StringBuilder("{\"weight_map\": {\"t\": \"s.safetensors\"");
        for (int i = 0; i < ShardIndex.SHARDS_MAX; i++) {
            map.append(",\"t").append(i).append("\":\"s").append(i).append(".safetensors\"");
        }
        write(ShardIndex.FILE_NAME, map + "}}");
        rejects("weight_map: found 4097 files (expected: 4096 at most)");
    }

    @Test
    void theListingOfAFolderIsShortInErrors() throws IOException {
        for (String name : List.of("1", "2", "3", "4", "5", "6", "7", "8")) {
            write(name, "");
        }
        rejects("folder: found 1, 2, 3, 4, 5, 6 and 2 more");
    }
}
