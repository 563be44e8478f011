package wok.hub;

import java.util.List;

/**
 * What a source brought into the store.
 *
 * @param source the exact address: with the commit, where there is one
 * @param licence as the source says, or empty
 */
record Fetched(String source, String licence, List<StoredFile> files) {
    Fetched {
        files = List.copyOf(files);
    }
}
