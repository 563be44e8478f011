package wok.model;

import wok.formats.Json;
import wok.kernels.RopePairing;

/**
 * Reads the rotary position embedding of a config.json: {@code rope_theta} and {@code rope_scaling} as transformers 4
 * wrote them, or {@code rope_parameters}, which transformers 5 writes instead, flat or by layer type. From either it
 * first makes one flat object, with {@code rope_theta} in it.
 */
final class FolderRope {
    private static final double BASE = 10_000;

    private final String where;
    private final Json.Obj config;
    private final ConfigFields fields;

    FolderRope(String where, Json.Obj config) {
        this.where = where;
        this.config = config;
        this.fields = ConfigFields.of(where, config);
    }

    /** The parameters of families that have one kind of layer. */
    Json.Obj flat() {
        return config.object("rope_parameters").orElseGet(() -> old("rope_theta", BASE, true));
    }

    /** The parameters of a layer type; in the old style those of the whole model. */
    Json.Obj ofLayerType(String type, double baseWhenAbsent) {
        return config.object("rope_parameters")
                .map(parameters -> parameters.object(type).orElse(parameters))
                .orElseGet(() -> old("rope_theta", baseWhenAbsent, true));
    }

    /** Gemma 3's sliding layers: a base of their own and never scaled in the old style. */
    Json.Obj local() {
        return config.object("rope_parameters")
                .flatMap(parameters -> parameters.object("sliding_attention"))
                .orElseGet(() -> old("rope_local_base_freq", BASE, false));
    }

    private Json.Obj old(String baseKey, double baseWhenAbsent, boolean scaled) {
        Json.Obj scaling = scaled ? config.object("rope_scaling").orElse(Json.Obj.of()) : Json.Obj.of();
        return scaling.with("rope_theta", Json.of(fields.real(baseKey, baseWhenAbsent)));
    }

    /**
     * Of families whose heads turn as a whole.
     *
     * @param parameters flat
     * @param context {@code max_position_embeddings}
     */
    RopeConfig read(Json.Obj parameters, int headDim, int context) {
        ConfigFields scaling = ConfigFields.of(where + ": rope_scaling", parameters);
        double partial = partialFactor(parameters, 1);
        if (partial != 1) {
            throw scaling.wrong("partial_rotary_factor", partial, "1 in this family");
        }
        return partial(parameters, headDim, context, headDim);
    }

    /** {@code partial_rotary_factor}, which stands inside of the parameters or beside them. */
    double partialFactor(Json.Obj parameters, double absent) {
        double beside = fields.real("partial_rotary_factor", absent);
        return ConfigFields.of(where + ": rope_scaling", parameters).real("partial_rotary_factor", beside);
    }

    /**
     * Of families of which only a part of each head turns.
     *
     * @param dimensions how many of a head's first dimensions turn
     */
    RopeConfig partial(Json.Obj parameters, int headDim, int context, int dimensions) {
        ConfigFields scaling = ConfigFields.of(where + ": rope_scaling", parameters);
        HeadShape.requireHeadDim(headDim);
        return new RopeConfig(
                RopePairing.HALVES, dimensions, scaling.real("rope_theta", BASE), scaling(scaling, context));
    }

    /**
     * Of heads whose turning dimensions are a part of their own with a size of their own, which partial_rotary_factor only
     * repeats.
     *
     * @param parameters flat
     */
    RopeConfig read(Json.Obj parameters, RopePairing pairing, int turningDims, int context) {
        ConfigFields scaling = ConfigFields.of(where + ": rope_scaling", parameters);
        return new RopeConfig(pairing, turningDims, scaling.real("rope_theta", BASE), scaling(scaling, context));
    }

    private RopeScaling scaling(ConfigFields scaling, int context) {
        String type = scaling.maybeText("rope_type")
                .or(() -> scaling.maybeText("type"))
                .orElse("default");
        return switch (type) {
            case "default" -> new RopeScaling.None();
            case "dynamic" -> dynamic(scaling, context);
            case "linear" -> new RopeScaling.Linear(scaling.real("factor"));
            case "llama3" ->
                new RopeScaling.Llama3(
                        scaling.real("factor"),
                        scaling.real("low_freq_factor"),
                        scaling.real("high_freq_factor"),
                        scaling.size("original_max_position_embeddings"));
            case "yarn" -> yarn(scaling, context);
            default ->
                throw scaling.wrong("rope_type", ConfigFields.quoted(type), "default, linear, dynamic, llama3 or yarn");
        };
    }

    /** Within the context this scales nothing, unless the file says that it begins earlier. */
    private static RopeScaling dynamic(ConfigFields scaling, int context) {
        String key = "original_max_position_embeddings";
        int original = scaling.size(key, context);
        if (original < context) {
            throw scaling.wrong(
                    key,
                    original,
                    "with dynamic at least max_position_embeddings, " + context
                            + ": Wok does not scale by the length of a sequence; set max_position_embeddings to "
                            + original + " to run the model as trained");
        }
        return new RopeScaling.None();
    }

    private static RopeScaling yarn(ConfigFields scaling, int context) {
        int original = scaling.size("original_max_position_embeddings", context);
        double factor = scaling.real("factor", (double) context / original);
        double own = RopeScaling.Yarn.magnitude(factor, 1);
        if (scaling.real("mscale", 0) != 0 && scaling.real("mscale_all_dim", 0) != 0) {
            own = RopeScaling.Yarn.magnitude(factor, scaling.real("mscale"))
                    / RopeScaling.Yarn.magnitude(factor, scaling.real("mscale_all_dim"));
        }
        return new RopeScaling.Yarn(
                factor,
                original,
                scaling.real("beta_fast", 32),
                scaling.real("beta_slow", 1),
                scaling.real("attention_factor", own),
                scaling.flag("truncate", true));
    }
}
