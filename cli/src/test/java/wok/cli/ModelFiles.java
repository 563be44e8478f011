package wok.cli;

import java.nio.file.Path;
import wok.testkit.TinyFamily;
import wok.testkit.TinyModel;

/** Tiny random models for tests. */
final class ModelFiles {
    private ModelFiles() {}

    static Path gguf(Path folder) {
        return TinyModel.of(TinyFamily.LLAMA).writeGguf(folder.resolve("tiny.gguf"));
    }

    static Path huggingFace(Path folder) {
        return TinyModel.of(TinyFamily.QWEN3).writeHuggingFace(folder.resolve("tiny"));
    }
}
