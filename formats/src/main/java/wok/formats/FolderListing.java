package wok.formats;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * The names in a folder, sorted.
 *
 * @param names of files and folders, links too
 */
record FolderListing(Path path, List<String> names) {
    /** Model folders have tens of files; a home directory opened by mistake must not take for ever. */
    static final int NAMES_MAX = 100_000;

    private static final int SUMMARY_NAMES = 6;

    static FolderListing of(Path path) {
        try (Stream<Path> files = Files.list(path)) {
            return new FolderListing(
                    path,
                    files.limit(NAMES_MAX)
                            .map(file -> file.getFileName().toString())
                            .sorted()
                            .toList());
        } catch (IOException e) {
            throw MappedFile.unreadable(path, e, "a model's folder");
        } catch (java.io.UncheckedIOException e) {
            throw MappedFile.unreadable(path, new IOException(e.getMessage(), e), "a model's folder");
        }
    }

    boolean has(String name) {
        return names.contains(name);
    }

    List<String> ending(String suffix) {
        return names.stream().filter(name -> name.endsWith(suffix)).toList();
    }

    /** GGUF models: of a split one its first part only. */
    List<String> ggufModels() {
        return ending(".gguf").stream()
                .filter(name -> !GgufModel.isLaterPart(name))
                .toList();
    }

    /** A few of the names, for an error. */
    String summary() {
        if (names.isEmpty()) {
            return "an empty folder";
        }
        String shown = String.join(", ", names.subList(0, Math.min(SUMMARY_NAMES, names.size())));
        return names.size() > SUMMARY_NAMES ? shown + " and " + (names.size() - SUMMARY_NAMES) + " more" : shown;
    }
}
