package wok.model;

import java.util.ArrayList;
import java.util.List;
import wok.formats.Json;
import wok.kernels.RopePairing;

/**
 * Reads the rotary position embedding of a config.json: {@code rope_theta} and {@code rope_scaling} as transformers 4
 * wrote them, or {@code rope_parameters}, which transformers 5 writes instead, flat or by layer type. From either it
 * first makes one flat object, with {@code rope_theta} in it.
 */
final class FolderRope {
    private static final double BASE = 10_000;
    private static final String PROPORTIONAL = "proportional";

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
        return flat(BASE);
    }

    /** The same for a family with another base of its own. */
    Json.Obj flat(double baseWhenAbsent) {
        return config.object("rope_parameters").orElseGet(() -> old("rope_theta", baseWhenAbsent));
    }

    /** The parameters of a layer type; in the old style those of the whole model. */
    Json.Obj ofLayerType(String type, double baseWhenAbsent) {
        return config.object("rope_parameters")
                .map(parameters -> parameters.object(type).orElse(parameters))
                .orElseGet(() -> old("rope_theta", baseWhenAbsent));
    }

    /** Gemma 3's sliding layers: a base of their own and never scaled in the old style. */
    Json.Obj local() {
        return ofSlidingLayers(fields.real("rope_local_base_freq", BASE));
    }

    /**
     * Sliding layers whose rotary embedding the old style did not know to be another: {@code rope_theta} and
     * {@code rope_scaling} there mean the other layers only.
     *
     * @param base the one of the old style
     */
    Json.Obj ofSlidingLayers(double base) {
        return config.object("rope_parameters")
                .flatMap(parameters -> parameters.object("sliding_attention"))
                .orElseGet(() -> Json.Obj.of().with("rope_theta", Json.of(base)));
    }

    private Json.Obj old(String baseKey, double baseWhenAbsent) {
        Json.Obj scaling = config.object("rope_scaling").orElse(Json.Obj.of());
        return scaling.with("rope_theta", Json.of(fields.real(baseKey, baseWhenAbsent)));
    }

    /**
     * All dimensions of a head turn, those half a head apart as pairs.
     *
     * @param parameters flat
     * @param context {@code max_position_embeddings}
     */
    RopeConfig read(Json.Obj parameters, int headDim, int context) {
        double partial = partialFactor(parameters, 1);
        if (partial != 1) {
            throw scalars(parameters).wrong("partial_rotary_factor", partial, "1 in this family");
        }
        return partial(parameters, headDim, context, headDim);
    }

    /** {@code partial_rotary_factor}, which stands inside of the parameters or beside them. */
    double partialFactor(Json.Obj parameters, double absent) {
        return scalars(parameters).real("partial_rotary_factor", fields.real("partial_rotary_factor", absent));
    }

    /**
     * Of families of which only a part of each head turns.
     *
     * @param dimensions how many of a head's first dimensions turn
     */
    RopeConfig partial(Json.Obj parameters, int headDim, int context, int dimensions) {
        HeadShape.requireHeadDim(headDim);
        ConfigFields scaling = scalars(parameters);
        return new RopeConfig(
                RopePairing.HALVES,
                dimensions,
                scaling.real("rope_theta", BASE),
                scaling(scaling, parameters, context));
    }

    /**
     * Of heads whose turning dimensions are a part of their own with a size of their own, which partial_rotary_factor only
     * repeats.
     *
     * @param parameters flat
     */
    RopeConfig read(Json.Obj parameters, RopePairing pairing, int turningDims, int context) {
        ConfigFields scaling = scalars(parameters);
        return new RopeConfig(
                pairing, turningDims, scaling.real("rope_theta", BASE), scaling(scaling, parameters, context));
    }

    /**
     * The first dimensions of a head turn: {@code partial_rotary_factor} of them.
     *
     * @param parameters flat
     * @param context {@code max_position_embeddings}
     * @param partWhenAbsent where no {@code partial_rotary_factor} is given
     */
    RopeConfig readPart(Json.Obj parameters, RopePairing pairing, int headDim, int context, double partWhenAbsent) {
        ConfigFields scaling = scalars(parameters);
        double part = partialFactor(parameters, partWhenAbsent);
        if (!(part > 0 && part <= 1)) {
            throw scaling.wrong("partial_rotary_factor", part, "above 0, at most 1");
        }
        HeadShape.requireHeadDim(headDim);
        boolean whole = type(scaling).equals(PROPORTIONAL);
        return new RopeConfig(
                pairing,
                whole ? headDim : (int) (headDim * part),
                scaling.real("rope_theta", BASE),
                scaling(scaling, parameters, context));
    }

    /** The numbers and names among a rotary embedding's parameters. */
    ConfigFields scalars(Json.Obj parameters) {
        return ConfigFields.of(where + ": rope_scaling", parameters);
    }

    private static String type(ConfigFields scaling) {
        return scaling.maybeText("rope_type")
                .or(() -> scaling.maybeText("type"))
                .orElse("default");
    }

    private RopeScaling scaling(ConfigFields scaling, Json.Obj parameters, int context) {
        String type = type(scaling);
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
            case "longrope", "su" -> longRope(scaling, parameters, context);
            case PROPORTIONAL ->
                new RopeScaling.Proportional(scaling.real("partial_rotary_factor", 1), scaling.real("factor", 1));
            default ->
                throw scaling.wrong(
                        "rope_type",
                        ConfigFields.quoted(type),
                        "default, linear, dynamic, llama3, yarn, longrope or proportional");
        };
    }

    /** Phi's files have the original context beside the scaling, and what stands there counts. */
    private RopeScaling longRope(ConfigFields scaling, Json.Obj parameters, int context) {
        String key = "original_max_position_embeddings";
        int original = fields.maybeSize(key).orElseGet(() -> scaling.size(key, context));
        double factor = scaling.real("factor", (double) context / original);
        return new RopeScaling.LongRope(
                reals(scaling, parameters, "short_factor"),
                reals(scaling, parameters, "long_factor"),
                original,
                scaling.real("attention_factor", RopeScaling.LongRope.magnitude(factor, original)));
    }

    private static List<Double> reals(ConfigFields scaling, Json.Obj parameters, String key) {
        List<Double> list = new ArrayList<>();
        for (Json element : parameters
                .array(key)
                .orElseThrow(() -> scaling.missing(key, "numbers"))
                .elements()) {
            if (!(element instanceof Json.Num number)) {
                throw scaling.wrong(key, element, "numbers");
            }
            list.add(number.doubleValue());
        }
        return list;
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
