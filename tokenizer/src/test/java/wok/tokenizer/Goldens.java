package wok.tokenizer;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import wok.formats.Json;

/**
 * Where the golden files are: some are committed; all of them lie in the folder {@code shared} beside the repository
 * when the project's material is there.
 */
final class Goldens {
    private Goldens() {}

    /** Folders with a tokenizer.json and a golden_tokenizer.json: committed ones first. */
    static List<Path> folders() {
        List<Path> folders = new ArrayList<>(foldersIn(committed()));
        shared().ifPresent(shared -> {
            folders.addAll(foldersIn(shared));
            folders.addAll(foldersIn(shared.resolve("tokenizers")));
        });
        return folders;
    }

    static Path committed() {
        return Path.of("src", "test", "resources", "goldens");
    }

    /** The whole material, if it is here: looked for beside every folder above this one. */
    static Optional<Path> shared() {
        Path folder = Path.of("").toAbsolutePath();
        while (folder != null) {
            Path candidate = folder.resolveSibling("shared").resolve("goldens");
            if (Files.isDirectory(candidate)) {
                return Optional.of(candidate);
            }
            folder = folder.getParent();
        }
        return Optional.empty();
    }

    private static List<Path> foldersIn(Path parent) {
        try (Stream<Path> children = Files.list(parent)) {
            return children.filter(folder -> Files.exists(folder.resolve("golden_tokenizer.json")))
                    .filter(folder -> Files.exists(folder.resolve("tokenizer.json")))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static Json.Obj json(Path file) {
        try {
            return Json.parseObject(file.toString(), Files.readAllBytes(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static Tokenizer tokenizer(Path folder) {
        return TokenizerJson.read(
                folder.getFileName().toString(),
                name -> Files.exists(folder.resolve(name))
                        ? Optional.of(json(folder.resolve(name)))
                        : Optional.empty());
    }

    static int[] ints(Json.Obj object, String key) {
        return object.array(key).orElseThrow().elements().stream()
                .mapToInt(id -> ((Json.Num) id).intValue())
                .toArray();
    }

    static List<Json.Obj> objects(Json.Obj object, String key) {
        return object.array(key).orElseThrow().elements().stream()
                .map(Json.Obj.class::cast)
                .toList();
    }
}
