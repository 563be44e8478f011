package wok.hub;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Which files of a repository make the model that was asked for.
 *
 * <p>A repository of GGUF files holds one model in many quantisations: one of them is taken, by the name's last part
 * ({@code :Q8_0}), or the best known compromise. A quantisation may be split ({@code …-00001-of-00003.gguf}); then all
 * its parts are. A repository of safetensors is one model: configuration, tokenizer and weights are taken, and nothing
 * else (other frameworks' weights, pictures, scripts).
 *
 * <p>Any thread.
 */
final class FileChoice {
    /** Best first when no quantisation was named: quality near the full model at a fraction of its size. */
    private static final List<String> PREFERRED =
            List.of("Q4_K_M", "Q8_0", "Q5_K_M", "Q6_K", "Q4_0", "Q4_1", "Q5_0", "F16", "BF16", "F32");

    private static final Pattern SPLIT = Pattern.compile("(.*)-(\\d{5})-of-(\\d{5})\\.gguf");
    private static final Pattern OF_FOLDER =
            Pattern.compile("[^/]+\\.(json|jinja|safetensors|model|txt)|1_Pooling/config\\.json|LICENSE[^/]*");

    private FileChoice() {}

    /**
     * The files to fetch, in order.
     *
     * @param choice a quantisation or a file's path
     * @throws HubException saying what there is when what was asked for isn't
     */
    static List<RepositoryFile> choose(String repository, List<RepositoryFile> files, Optional<String> choice) {
        if (choice.isEmpty() && isFolderModel(files)) {
            return folderModel(files);
        }
        Map<String, List<RepositoryFile>> models = ggufModels(files);
        if (models.isEmpty() && choice.isEmpty()) {
            throw new HubException(
                    repository + ": no model in it (expected: a .gguf file, or config.json with " + ".safetensors)");
        }
        Optional<String> chosen = choice.isPresent() ? matching(models, choice.get()) : preferred(models);
        List<RepositoryFile> parts = chosen.map(models::get)
                .orElseThrow(() -> new HubException(repository + ": no " + choice.orElse("model") + " in it (there is: "
                        + String.join(", ", models.keySet()) + ")"));
        return complete(repository, parts);
    }

    private static boolean isFolderModel(List<RepositoryFile> files) {
        boolean configured = files.stream().anyMatch(file -> file.path().equals("config.json"));
        return configured
                && files.stream()
                        .anyMatch(file -> file.path().endsWith(".safetensors")
                                && file.path().indexOf('/') < 0);
    }

    private static List<RepositoryFile> folderModel(List<RepositoryFile> files) {
        boolean hasModelFiles = files.stream().anyMatch(file -> file.path().matches("model.*\\.safetensors"));
        return files.stream()
                .filter(file -> OF_FOLDER.matcher(file.path()).matches())
                .filter(file -> !(hasModelFiles && file.path().startsWith("consolidated")))
                .toList();
    }

    /** By path without part number and ending. Vision projectors are no models of their own. */
    private static Map<String, List<RepositoryFile>> ggufModels(List<RepositoryFile> files) {
        Map<String, List<RepositoryFile>> models = new LinkedHashMap<>();
        files.stream()
                .filter(file ->
                        file.isGguf() && !file.name().toLowerCase(Locale.ROOT).contains("mmproj"))
                .sorted(Comparator.comparing(RepositoryFile::path))
                .forEach(file -> {
                    Matcher split = SPLIT.matcher(file.path());
                    String stem = split.matches()
                            ? split.group(1)
                            : file.path().substring(0, file.path().length() - ".gguf".length());
                    models.computeIfAbsent(stem, key -> new ArrayList<>()).add(file);
                });
        return models;
    }

    private static Optional<String> preferred(Map<String, List<RepositoryFile>> models) {
        if (models.size() == 1) {
            return models.keySet().stream().findFirst();
        }
        return PREFERRED.stream()
                .map(quantisation -> matching(models, quantisation))
                .flatMap(Optional::stream)
                .findFirst();
    }

    /** The shortest of those that end with it: {@code model-Q4_K_M} rather than {@code model-experimental-Q4_K_M}. */
    private static Optional<String> matching(Map<String, List<RepositoryFile>> models, String choice) {
        String wanted = choice.toLowerCase(Locale.ROOT).replaceAll("(-\\d{5}-of-\\d{5})?\\.gguf$", "");
        return models.keySet().stream()
                .filter(stem -> endsWithWord(stem.toLowerCase(Locale.ROOT), wanted))
                .min(Comparator.comparingInt(String::length).thenComparing(Comparator.naturalOrder()));
    }

    private static boolean endsWithWord(String stem, String word) {
        int before = stem.length() - word.length() - 1;
        return stem.equals(word) || (stem.endsWith(word) && before >= 0 && "-._/".indexOf(stem.charAt(before)) >= 0);
    }

    private static List<RepositoryFile> complete(String repository, List<RepositoryFile> parts) {
        Matcher split = SPLIT.matcher(parts.getFirst().path());
        int announced = split.matches() ? Integer.parseInt(split.group(3)) : 1;
        if (parts.size() != announced) {
            throw new HubException(repository + ": " + parts.size() + " of " + announced + " parts of "
                    + parts.stream().map(RepositoryFile::name).collect(Collectors.joining(", ")));
        }
        return parts;
    }
}
