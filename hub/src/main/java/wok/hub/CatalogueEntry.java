package wok.hub;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * One model that Wok knows by a short name.
 *
 * @param name {@code family:tag}
 * @param parameters how many weights, as people write it: {@code 135M}
 * @param licence its name; models under terms of their own say so here
 * @param context the longest context, in tokens, that it was trained for
 * @param isDefault whether the bare family name means this entry
 * @param sources where it can be had, best first
 */
public record CatalogueEntry(
        String name,
        String family,
        String parameters,
        String licence,
        OptionalInt context,
        boolean isDefault,
        String summary,
        List<Source> sources) {
    public CatalogueEntry {
        sources = List.copyOf(sources);
    }

    /**
     * One place that has the model. Two sources may hold different files of the same model, so size and digest belong
     * to the source.
     *
     * @param name where
     * @param quantisation what the weights are stored as: {@code Q4_1}, {@code BF16}, …
     * @param bytes the size, where it is known for sure
     * @param sha256 of the (joined) file, where it is known for sure
     * @param files what the model's folder consists of, if the package holds it as several files; otherwise empty
     */
    public record Source(
            ModelName name, String quantisation, OptionalLong bytes, Optional<String> sha256, List<FolderFile> files) {
        public Source {
            files = List.copyOf(files);
        }

        /** A model in one file. */
        public Source(ModelName name, String quantisation, OptionalLong bytes, Optional<String> sha256) {
            this(name, quantisation, bytes, sha256, List.of());
        }
    }
}
