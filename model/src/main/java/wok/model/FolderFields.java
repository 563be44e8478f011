package wok.model;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import wok.formats.Json;
import wok.kernels.GatedActivation;

/**
 * A config.json with what all families' readers do with it.
 *
 * @param config the text model's object
 * @param fields its scalars
 * @param ropes its rotary embeddings
 */
record FolderFields(Family family, Json.Obj config, ConfigFields fields, FolderRope ropes) {

    FolderFields(Family family, String where, Json.Obj config) {
        this(family, config, ConfigFields.of(where, config), new FolderRope(where, config));
    }

    /** {@code num_hidden_layers}, checked before a list of that length is made. */
    int layers() {
        int layers = fields.size("num_hidden_layers");
        ConfigRule.positive("num_hidden_layers", layers, ModelConfig.LAYERS_MAX);
        return layers;
    }

    int layers(int absent) {
        return fields.has("num_hidden_layers") ? layers() : absent;
    }

    /** {@code head_dim}, or the part of hidden_size that a head has. */
    int headDim(int hidden, int heads) {
        return fields.maybeSize("head_dim").orElseGet(() -> {
            if (hidden % heads != 0) {
                throw fields.wrong("num_attention_heads", heads, "a divisor of hidden_size, " + hidden);
            }
            return hidden / heads;
        });
    }

    /**
     * The window of every layer from {@code layer_types}: 0 for full_attention, {@code window} for sliding_attention.
     * Empty if there is no such list.
     */
    Optional<List<Integer>> windowsOfTypes(int layers, int window) {
        return layerTypes(layers).map(types -> {
            List<Integer> windows = new ArrayList<>();
            for (String type : types) {
                windows.add(
                        switch (type) {
                            case "full_attention" -> 0;
                            case "sliding_attention" -> window;
                            default ->
                                throw fields.wrong(
                                        "layer_types",
                                        type,
                                        "full_attention or sliding_attention for " + family.label());
                        });
            }
            return windows;
        });
    }

    /**
     * Which layers see a window only: those that {@code layer_types} calls sliding_attention, or without such a list all
     * but every so manieth.
     */
    List<Boolean> slidingLayers(int layers, int intervalWhenAbsent) {
        List<Boolean> sliding = new ArrayList<>();
        if (layerTypes(layers).isPresent()) {
            windowsOfTypes(layers, 1).orElseThrow().forEach(window -> sliding.add(window > 0));
            return sliding;
        }
        for (int layer = 0; layer < layers; layer++) {
            sliding.add((layer + 1) % intervalWhenAbsent != 0);
        }
        return sliding;
    }

    /** {@code sliding_window}; null means that there is none: 0. */
    int window(int absent) {
        if (fields.has("sliding_window")) {
            return fields.size("sliding_window");
        }
        return config.has("sliding_window") ? 0 : absent;
    }

    /**
     * Which layers are recurrent, from {@code layer_types}: true for linear_attention.
     *
     * @param interval without the list, every so many-th layer has attention
     */
    List<Boolean> linearLayers(int layers, int interval) {
        List<Boolean> linear = new ArrayList<>();
        Optional<List<String>> types = layerTypes(layers);
        for (int layer = 0; layer < layers; layer++) {
            String type = types.isEmpty() ? "" : types.get().get(layer);
            linear.add(
                    switch (type) {
                        case "" -> (layer + 1) % interval != 0;
                        case "linear_attention" -> true;
                        case "full_attention" -> false;
                        default ->
                            throw fields.wrong(
                                    "layer_types", type, "full_attention or linear_attention for " + family.label());
                    });
        }
        return linear;
    }

    /** {@code layer_types}, one for each layer, if it is there. */
    Optional<List<String>> layerTypes(int layers) {
        return config.array("layer_types").map(types -> {
            if (types.elements().size() != layers) {
                throw fields.wrong(
                        "layer_types", types.elements().size() + " elements", "num_hidden_layers, " + layers);
            }
            return types.elements().stream()
                    .map(type -> type instanceof Json.Str s ? s.value() : type.toString())
                    .toList();
        });
    }

    /** A list of integers; empty if it is not there. */
    List<Long> integers(String key) {
        List<Long> integers = new ArrayList<>();
        for (Json element : config.array(key).map(Json.Arr::elements).orElse(List.of())) {
            if (!(element instanceof Json.Num n)
                    || !n.isInteger()
                    || n.literal().length() > 18) {
                throw fields.wrong(key, element, "integers");
            }
            integers.add(n.longValue());
        }
        return integers;
    }

    GatedActivation activation(String key, String absent) {
        String name = fields.maybeText(key).orElse(absent);
        return switch (name) {
            case "silu", "swish" -> GatedActivation.SILU;
            case "gelu_pytorch_tanh", "gelu_new" -> GatedActivation.GELU_TANH;
            default -> throw fields.wrong(key, ConfigFields.quoted(name), "silu, swish, gelu_pytorch_tanh or gelu_new");
        };
    }

    /** The RMSNorms' {@code rms_norm_eps}. */
    NormConfig rmsNorm(double absent) {
        return NormConfig.rms(fields.real("rms_norm_eps", absent));
    }
}
