package wok.hub;

import java.util.Optional;
import java.util.OptionalLong;

/** One file of a model that a package holds as several: where it comes from, and what it is called in the model's folder. */
public sealed interface FolderFile {
    /** The file's path in the model's folder. */
    String path();

    /**
     * A file of the package's archive.
     *
     * @param entry its path there
     * @param bytes its size, where it is known for sure
     * @param sha256 likewise
     */
    record Entry(String path, String entry, OptionalLong bytes, Optional<String> sha256) implements FolderFile {}

    /** A small file that the catalogue itself brings: what the package leaves out. */
    record Text(String path, String text) implements FolderFile {}
}
