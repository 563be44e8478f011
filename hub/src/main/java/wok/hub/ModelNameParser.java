package wok.hub;

import java.nio.file.Path;

/** Reads model names. */
final class ModelNameParser {
    private ModelNameParser() {}

    static ModelName parse(String text) {
        return new ModelName.LocalPath(Path.of(text));
    }
}
