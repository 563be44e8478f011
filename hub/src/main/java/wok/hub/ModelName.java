package wok.hub;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** What a person typed to name a model, parsed and checked. Immutable; any thread. */
public sealed interface ModelName {

    /** A short name: of the catalogue, or one given by {@link ModelStore#copy}. {@code smollm2}, {@code smollm2:135m} */
    record Tagged(String family, Optional<String> tag) implements ModelName {
        @Override
        public String toString() {
            return family + tag.map(t -> ":" + t).orElse("");
        }
    }

    /** A repository that speaks the Hugging Face protocol. {@code hf:org/repo[@revision][:quantisation or file]} */
    record HuggingFace(String repository, Optional<String> revision, Optional<String> choice) implements ModelName {
        @Override
        public String toString() {
            return "hf:" + repository + revision.map(r -> "@" + r).orElse("")
                    + choice.map(c -> ":" + c).orElse("");
        }
    }

    /** A file or folder of this machine. */
    record LocalPath(Path path) implements ModelName {
        @Override
        public String toString() {
            return path.toString();
        }
    }

    /** Files inside packages, one after the other. {@code pip:NAME==VERSION!path+pip:…} */
    record Packaged(List<PackagePart> parts) implements ModelName {
        public Packaged {
            parts = List.copyOf(parts);
        }

        @Override
        public String toString() {
            return String.join("+", parts.stream().map(PackagePart::toString).toList());
        }
    }

    /**
     * Parses a name.
     *
     * @throws HubException saying which rule it breaks
     */
    static ModelName parse(String text) {
        return ModelNameParser.parse(text);
    }
}
