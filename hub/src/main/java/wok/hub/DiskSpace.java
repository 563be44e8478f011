package wok.hub;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** How many bytes a folder's disk still takes. Tests put a small disk in its place. */
@FunctionalInterface
interface DiskSpace {
    long usableBytes(Path folder) throws IOException;

    /** The operating system's answer. */
    static DiskSpace ofSystem() {
        return folder -> Files.getFileStore(folder).getUsableSpace();
    }
}
