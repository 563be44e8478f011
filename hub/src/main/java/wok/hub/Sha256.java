package wok.hub;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.regex.Pattern;

/** SHA-256 as the store names its files: 64 lower-case hexadecimal digits. Any thread. */
final class Sha256 {
    private static final Pattern DIGEST = Pattern.compile("[0-9a-f]{64}");

    private static final int BUFFER_BYTES = 1 << 18;

    private Sha256() {}

    static MessageDigest start() {
        return algorithm("SHA-256");
    }

    /** Git's name of a file begins so: SHA-1 of the word blob, the size, a zero and the content. */
    static MessageDigest startGitBlob(long bytes) {
        MessageDigest digest = algorithm("SHA-1");
        digest.update(("blob " + bytes + "\0").getBytes(StandardCharsets.UTF_8));
        return digest;
    }

    static String finish(MessageDigest digest) {
        return HexFormat.of().formatHex(digest.digest());
    }

    static String of(String text) {
        MessageDigest digest = start();
        digest.update(text.getBytes(StandardCharsets.UTF_8));
        return finish(digest);
    }

    /** Of a file's bytes. */
    static String of(Path file) throws IOException {
        MessageDigest digest = start();
        byte[] buffer = new byte[BUFFER_BYTES];
        try (InputStream in = Files.newInputStream(file)) {
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                digest.update(buffer, 0, count);
            }
        }
        return finish(digest);
    }

    static boolean isDigest(String text) {
        return DIGEST.matcher(text).matches();
    }

    private static MessageDigest algorithm(String name) {
        try {
            return MessageDigest.getInstance(name);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(name + " is missing from this JDK, which every JDK has", e);
        }
    }
}
