package wok.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import wok.formats.HuggingFaceFolder;
import wok.formats.ModelSource;

/** How verbs that need no weights open a model. Any thread. */
final class Sources {
    private Sources() {}

    /**
     * Opens a model for its tokenizer, its template and what its files say. A folder need hold nothing but those.
     *
     * @throws wok.formats.MalformedModelException if it is neither a folder nor a GGUF file
     */
    static ModelSource openWithoutWeights(Path path) {
        return Files.isDirectory(path) && !holdsGguf(path) ? HuggingFaceFolder.open(path) : ModelSource.open(path);
    }

    private static boolean holdsGguf(Path folder) {
        return !Files.exists(folder.resolve("tokenizer.json")) && !Files.exists(folder.resolve("tokenizer_config.json"));
    }
}
