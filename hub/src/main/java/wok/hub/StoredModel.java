package wok.hub;

import java.nio.file.Path;
import java.time.Instant;
import java.util.List;

/**
 * A model that is in the store.
 *
 * @param name as it can be asked for
 * @param path what to open: a file, or a folder for a model of several files
 * @param source where it came from: {@code hf:org/repo@commit:quantisation}, {@code pip:…}
 * @param licence its licence's name, or empty when the source did not say
 * @param pulled when
 * @param files what it consists of, in order
 * @param packedBytes what its packed weights take on top of that, 0 before it was first loaded
 */
public record StoredModel(
        String name,
        Path path,
        String source,
        String licence,
        Instant pulled,
        List<StoredFile> files,
        long packedBytes) {
    public StoredModel {
        files = List.copyOf(files);
    }

    /** The size of all files together. */
    public long bytes() {
        return files.stream().mapToLong(StoredFile::bytes).sum();
    }
}
