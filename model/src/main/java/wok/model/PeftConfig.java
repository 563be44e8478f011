package wok.model;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import wok.formats.Json;

/**
 * An adapter_config.json of PEFT.
 *
 * @param rankStabilised whether the scale is alpha / sqrt(rank) (rsLoRA) and not alpha / rank
 * @param alphaOfModules other alphas, by the end of a module's name
 */
record PeftConfig(double alpha, boolean rankStabilised, Map<String, Double> alphaOfModules) {

    static PeftConfig read(Path path, Json.Obj config) {
        ConfigFields fields = ConfigFields.of(path.toString(), config);
        String type = fields.maybeText("peft_type").orElse("LORA");
        if (!type.equals("LORA")) {
            throw fields.wrong("peft_type", ConfigFields.quoted(type), "LORA");
        }
        for (String unread : new String[] {"use_dora", "fan_in_fan_out", "lora_bias", "use_qalora", "use_bdlora"}) {
            if (fields.flag(unread, false)) {
                throw fields.wrong(unread, true, "false");
            }
        }
        String bias = fields.maybeText("bias").orElse("none");
        if (!bias.equals("none")) {
            throw fields.wrong("bias", ConfigFields.quoted(bias), "\"none\": trained biases are not supported");
        }
        refuseLists(
                fields, config, "modules_to_save", "layer_replication", "target_parameters", "trainable_token_indices");
        return new PeftConfig(fields.real("lora_alpha", 8), fields.flag("use_rslora", false), alphas(fields, config));
    }

    private static void refuseLists(ConfigFields fields, Json.Obj config, String... keys) {
        for (String key : keys) {
            boolean isEmpty = config.get(key)
                    .map(value ->
                            value instanceof Json.Arr list && list.elements().isEmpty())
                    .orElse(true);
            if (!isEmpty) {
                throw fields.wrong(key, config.get(key).orElseThrow(), "null or an empty list");
            }
        }
    }

    private static Map<String, Double> alphas(ConfigFields fields, Json.Obj config) {
        Map<String, Double> alphas = new LinkedHashMap<>();
        Json.Obj pattern = config.object("alpha_pattern").orElse(Json.Obj.of());
        ConfigFields values = ConfigFields.of(fields.where() + ": alpha_pattern", pattern);
        for (String module : pattern.members().keySet()) {
            if (!module.matches("[\\w.]+")) {
                throw fields.wrong("alpha_pattern", module, "names of modules; expressions are not supported");
            }
            alphas.put(module, values.real(module));
        }
        return alphas;
    }

    /** The scale of a module's update. */
    double scale(String module, long rank) {
        double own = alphaOfModules.entrySet().stream()
                .filter(entry -> module.equals(entry.getKey()) || module.endsWith("." + entry.getKey()))
                .mapToDouble(Map.Entry::getValue)
                .findFirst()
                .orElse(alpha);
        return own / (rankStabilised ? Math.sqrt((double) rank) : (double) rank);
    }
}
