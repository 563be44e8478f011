package wok.convert;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import wok.formats.GgufWriter;
import wok.formats.HuggingFaceFolder;
import wok.model.ModelCard;

/**
 * What a file says about whose model it is: {@code general.*}, from the folder's name and the front matter of its
 * README.md. Immutable; any thread.
 */
record GeneralEntries(HuggingFaceFolder folder) {
    private static final String HUB = "https://huggingface.co/";

    Map<String, Consumer<GgufWriter>> entries(String architecture) {
        Map<String, Consumer<GgufWriter>> entries = new LinkedHashMap<>();
        put(entries, "general.architecture", architecture);
        put(entries, "general.type", "model");
        put(entries, "general.name", name());
        put(entries, "general.size_label", sizeLabel());
        ModelCard card = ModelCard.of(folder);
        card.licence().ifPresent(licence -> put(entries, "general.license", licence));
        putBaseModels(entries, card.baseModels());
        putTexts(entries, "general.datasets", card.datasets());
        putTexts(entries, "general.languages", card.languages());
        return entries;
    }

    private static void put(Map<String, Consumer<GgufWriter>> entries, String key, String value) {
        entries.put(key, writer -> writer.text(key, value));
    }

    private static void putTexts(Map<String, Consumer<GgufWriter>> entries, String key, List<String> values) {
        if (!values.isEmpty()) {
            entries.put(key, writer -> writer.texts(key, values));
        }
    }

    private void putBaseModels(Map<String, Consumer<GgufWriter>> entries, List<String> models) {
        if (models.isEmpty()) {
            return;
        }
        entries.put("general.base_model.count", w -> w.u32("general.base_model.count", models.size()));
        for (int i = 0; i < models.size(); i++) {
            String key = "general.base_model." + i;
            String model = models.get(i);
            int slash = model.indexOf('/');
            put(entries, key + ".name", model.substring(slash + 1).replace('-', ' '));
            if (slash > 0 && !model.contains(":")) {
                put(entries, key + ".organization", model.substring(0, slash));
                put(entries, key + ".repo_url", HUB + model);
            }
        }
    }

    /** The folder's name, as people write models' names. */
    private String name() {
        Path name = folder.path().toAbsolutePath().normalize().getFileName();
        return name == null ? "model" : name.toString().replace('-', ' ').replace('_', ' ');
    }

    /** {@code 135M}, {@code 1.2B}: the parameters, rounded. */
    private String sizeLabel() {
        long parameters = folder.tensors().values().stream()
                .mapToLong(tensor -> tensor.shape().elements())
                .sum();
        String[] units = {"", "K", "M", "B", "T"};
        double value = parameters;
        int unit = 0;
        while (value >= 1000 && unit < units.length - 1) {
            value /= 1000;
            unit++;
        }
        return String.format(Locale.ROOT, value < 10 && unit > 2 ? "%.1f%s" : "%.0f%s", value, units[unit]);
    }
}
