package wok.hub;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;

/**
 * A file on its way into the store: appended to, hashed as it grows, and forced to disk before it becomes a blob. One
 * thread.
 *
 * <p>What an earlier process left is hashed again when the file is opened, since that process's hash died with it; this
 * reads at disk speed and also finds damage.
 *
 * <p>Closing keeps the file on disk: {@link #discard} deletes it.
 */
final class PartFile implements AutoCloseable {
    private static final int BUFFER_BYTES = 1 << 20;

    private final Path path;
    private final FileChannel channel;
    private MessageDigest digest = Sha256.start();
    private long bytes;

    private PartFile(Path path, FileChannel channel) {
        this.path = path;
        this.channel = channel;
    }

    /** Opens the file, or makes it, with whatever is in it already. */
    static PartFile open(Path path) throws IOException {
        FileChannel channel =
                FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
        PartFile file = new PartFile(path, channel);
        file.rehash();
        return file;
    }

    private void rehash() throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES);
        while (channel.read(buffer) >= 0) {
            buffer.flip();
            bytes += buffer.remaining();
            digest.update(buffer);
            buffer.clear();
        }
    }

    /** How many bytes are there. */
    long bytes() {
        return bytes;
    }

    void write(byte[] source, int count) throws IOException {
        ByteBuffer buffer = ByteBuffer.wrap(source, 0, count);
        while (buffer.hasRemaining()) {
            channel.write(buffer);
        }
        digest.update(source, 0, count);
        bytes += count;
    }

    /** Throws away what is there and begins anew. */
    void restart() throws IOException {
        channel.truncate(0);
        channel.position(0);
        digest = Sha256.start();
        bytes = 0;
    }

    /** The digest of what is there. */
    String sha256() {
        try {
            return Sha256.finish((MessageDigest) digest.clone());
        } catch (CloneNotSupportedException e) {
            throw new IllegalStateException("this JDK's SHA-256 can't be cloned", e);
        }
    }

    /** Git's name for what is there. */
    String gitBlobSha1() throws IOException {
        MessageDigest git = Sha256.startGitBlob(bytes);
        ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES);
        for (long at = 0; at < bytes; ) {
            int count = channel.read(buffer, at);
            if (count < 0) {
                throw new IOException(path + ": shorter than what was written");
            }
            at += count;
            buffer.flip();
            git.update(buffer);
            buffer.clear();
        }
        return Sha256.finish(git);
    }

    /** Makes it a blob. */
    StoredFile store(StoreFolder folder, String pathInModel) throws IOException {
        String sha256 = sha256();
        channel.force(true);
        channel.close();
        StoreFolder.moveIntoPlace(path, folder.blob(sha256));
        return new StoredFile(pathInModel, bytes, sha256);
    }

    /** Deletes it. */
    void discard() throws IOException {
        channel.close();
        Files.deleteIfExists(path);
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
