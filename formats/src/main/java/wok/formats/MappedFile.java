package wok.formats;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * The door through which every file comes in: mapped whole and read-only, or read whole when it is small. Everything
 * that can go wrong with a path (gone, not ours to read, a directory, a pipe that would block for ever) becomes one
 * line. Any thread.
 */
final class MappedFile {
    private MappedFile() {}

    /**
     * Maps all of {@code path}; the memory lives as long as {@code arena}.
     *
     * @param expected what the file should be, for the error
     * @throws MalformedModelException if it is not a regular file that can be read
     */
    static MemorySegment map(Path path, Arena arena, String expected) {
        requireRegular(path, expected);
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            return channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena);
        } catch (IOException e) {
            throw unreadable(path, e, expected);
        }
    }

    /**
     * The bytes of a file of at most {@code bytesMax} bytes.
     *
     * @throws MalformedModelException if it is longer, or not a regular file that can be read
     */
    static byte[] read(Path path, long bytesMax, String expected) {
        requireRegular(path, expected);
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            long size = channel.size();
            if (size > bytesMax) {
                throw new MalformedModelException(
                        path.toString(), -1, "file", size + " bytes", "at most " + bytesMax + " bytes");
            }
            return Channels.newInputStream(channel).readNBytes((int) size);
        } catch (IOException e) {
            throw unreadable(path, e, expected);
        }
    }

    private static void requireRegular(Path path, String expected) {
        if (Files.isDirectory(path)) {
            throw new MalformedModelException(path.toString(), -1, "file", "a directory", expected);
        }
        if (Files.exists(path) && !Files.isRegularFile(path)) {
            throw new MalformedModelException(path.toString(), -1, "file", "a device, pipe or socket", expected);
        }
    }

    static MalformedModelException unreadable(Path path, IOException cause, String expected) {
        String found = switch (cause) {
            case NoSuchFileException e -> "no such file";
            case AccessDeniedException e -> "no permission to read it";
            case NotDirectoryException e -> "a file";
            case FileSystemLoopException e -> "a loop of links";
            default -> "a reading error (" + cause.getMessage() + ")";
        };
        MalformedModelException failure = new MalformedModelException(path.toString(), -1, "file", found, expected);
        failure.initCause(cause);
        return failure;
    }
}
