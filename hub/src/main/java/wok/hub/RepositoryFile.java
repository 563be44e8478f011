package wok.hub;

import java.util.Optional;
import java.util.OptionalLong;

/** A file as a repository lists it. Size and digests where the listing has them. */
record RepositoryFile(String path, OptionalLong bytes, Optional<String> sha256, Optional<String> gitBlob) {

    /** The last part of the path. */
    String name() {
        return path.substring(path.lastIndexOf('/') + 1);
    }

    boolean isGguf() {
        return name().endsWith(".gguf");
    }
}
