package wok.formats;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import wok.tensor.Tensor;

/** A folder as the Hugging Face hub has it: config.json, *.safetensors, tokenizer.json and their companions. */
public final class HuggingFaceFolder implements ModelSource {
    private final Path path;

    private HuggingFaceFolder(Path path) {
        this.path = path;
    }

    public static HuggingFaceFolder open(Path path) {
        return new HuggingFaceFolder(path);
    }

    @Override
    public Path path() {
        return path;
    }

    /** config.json. */
    public Json.Obj config() {
        return Json.Obj.of();
    }

    /** A JSON file of the folder (generation_config.json, tokenizer.json, tokenizer_config.json, …) if it is there. */
    public Optional<Json.Obj> json(String fileName) {
        return Optional.empty();
    }

    /** A text file of the folder (chat_template.jinja, …) if it is there. */
    public Optional<String> text(String fileName) {
        return Optional.empty();
    }

    @Override
    public Map<String, Tensor> tensors() {
        return Map.of();
    }

    @Override
    public void close() {}
}
