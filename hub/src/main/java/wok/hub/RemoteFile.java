package wok.hub;

import java.net.URI;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * A file that can be downloaded, and what its server promises about it.
 *
 * @param path inside the model
 * @param bytes its size, if promised
 * @param sha256 of its content, if promised (large files)
 * @param gitBlob git's SHA-1 of its content, if promised (small files)
 */
record RemoteFile(String path, URI address, OptionalLong bytes, Optional<String> sha256, Optional<String> gitBlob) {

    /** Whether what arrives can be checked. Only then what an earlier pull left is gone on with. */
    boolean isVerifiable() {
        return sha256.isPresent() || gitBlob.isPresent();
    }

    /** What its unfinished download is called: by content where known, so that any source can finish it. */
    String key() {
        return sha256.or(() -> gitBlob).orElseGet(() -> Sha256.of(address.toString()));
    }
}
