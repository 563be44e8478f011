package wok.model;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import wok.formats.GgufMetadata;
import wok.formats.GgufModel;
import wok.formats.HuggingFaceFolder;
import wok.formats.ModelSource;

/**
 * Whose a model is and what it was made from, as its makers say: the front matter of a folder's README.md, or the
 * {@code general.} keys of a GGUF file. Of any family, supported or not; what is not said is empty. Source: the hub's
 * model card metadata, and the GGUF specification.
 *
 * @param licence its identifier; where a card says {@code other}, the name that goes with that
 * @param baseModels what it was made from: names or addresses
 * @param datasets what it was trained on
 * @param languages codes
 */
public record ModelCard(
        Optional<String> licence, List<String> baseModels, List<String> datasets, List<String> languages) {
    private static final System.Logger LOGGER = System.getLogger(ModelCard.class.getName());
    private static final String FILE_NAME = "README.md";

    /** Cards of embedding models carry hundreds of kilobytes of benchmark results in front. */
    static final int CARD_BYTES_MAX = 1 << 20;

    static final int BASE_MODELS_MAX = 16;

    public ModelCard {
        baseModels = List.copyOf(baseModels);
        datasets = List.copyOf(datasets);
        languages = List.copyOf(languages);
    }

    /** Reads the card of an opened model. It never fails for what a card says, nor for want of one. */
    public static ModelCard of(ModelSource source) {
        return switch (source) {
            case GgufModel gguf -> ofMetadata(gguf.metadata());
            case HuggingFaceFolder folder ->
                ofFrontMatter(FrontMatter.read(text(folder.path().resolve(FILE_NAME))));
        };
    }

    private static ModelCard ofFrontMatter(Map<String, List<String>> matter) {
        Optional<String> licence = first(matter, "license");
        return new ModelCard(
                licence.filter("other"::equals)
                        .flatMap(other -> first(matter, "license_name"))
                        .or(() -> licence),
                matter.getOrDefault("base_model", List.of()),
                matter.getOrDefault("datasets", List.of()),
                matter.getOrDefault("language", List.of()));
    }

    private static Optional<String> first(Map<String, List<String>> matter, String key) {
        return matter.getOrDefault(key, List.of()).stream().findFirst();
    }

    private static ModelCard ofMetadata(GgufMetadata metadata) {
        List<String> bases = new ArrayList<>();
        for (int i = 0; i < BASE_MODELS_MAX; i++) {
            String key = "general.base_model." + i;
            metadata.text(key + ".repo_url")
                    .or(() -> metadata.text(key + ".name"))
                    .ifPresent(bases::add);
        }
        return new ModelCard(
                metadata.text("general.license"),
                bases,
                texts(metadata, "general.datasets"),
                texts(metadata, "general.languages"));
    }

    private static List<String> texts(GgufMetadata metadata, String key) {
        return metadata.texts(key).orElse(List.of()).stream()
                .limit(FrontMatter.VALUES_MAX)
                .toList();
    }

    /** The beginning of a file, with signs in place of malformed bytes; empty if there is none. */
    private static String text(Path file) {
        if (!Files.isRegularFile(file)) {
            return "";
        }
        try (InputStream in = Files.newInputStream(file)) {
            String text = new String(in.readNBytes(CARD_BYTES_MAX), StandardCharsets.UTF_8);
            return text.startsWith("\uFEFF") ? text.substring(1) : text;
        } catch (IOException e) {
            LOGGER.log(System.Logger.Level.DEBUG, "no model card: {0}", e.toString());
            return "";
        }
    }
}
