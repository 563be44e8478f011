package wok.api;

import java.util.Optional;
import wok.engine.EngineException;
import wok.engine.SamplingOptions;
import wok.formats.GgufMetadata;
import wok.formats.GgufModel;
import wok.formats.HuggingFaceFolder;
import wok.formats.Json;
import wok.formats.ModelSource;

/**
 * The sampling that a model's own files ask for: {@code generation_config.json} of a folder, {@code general.sampling.*}
 * of a GGUF file. What they leave out is as {@link SamplingOptions#DEFAULTS}. Any thread.
 */
public final class GenerationDefaults {
    private GenerationDefaults() {}

    /**
     * Reads them.
     *
     * @throws WokException if a value is out of its range
     */
    public static SamplingOptions of(ModelSource source) {
        try {
            return switch (source) {
                case GgufModel gguf -> ofGguf(gguf.metadata());
                case HuggingFaceFolder folder ->
                    folder.json("generation_config.json")
                            .map(GenerationDefaults::ofConfig)
                            .orElse(SamplingOptions.DEFAULTS);
            };
        } catch (EngineException e) {
            throw new WokException(source.path() + ": generation settings: " + e.getMessage(), e);
        }
    }

    private static SamplingOptions ofGguf(GgufMetadata metadata) {
        String prefix = "general.sampling.";
        return with(
                metadata.real(prefix + "temp"),
                metadata.real(prefix + "top_k"),
                metadata.real(prefix + "top_p"),
                metadata.real(prefix + "min_p"),
                metadata.real(prefix + "penalty_repeat"));
    }

    private static SamplingOptions ofConfig(Json.Obj config) {
        return with(
                number(config, "temperature"),
                number(config, "top_k"),
                number(config, "top_p"),
                number(config, "min_p"),
                number(config, "repetition_penalty"));
    }

    private static SamplingOptions with(
            Optional<Double> temperature,
            Optional<Double> topK,
            Optional<Double> topP,
            Optional<Double> minP,
            Optional<Double> repeatPenalty) {
        SamplingOptions.Builder builder = SamplingOptions.builder();
        temperature.map(Double::floatValue).ifPresent(builder::temperature);
        topK.map(Double::intValue).ifPresent(builder::topK);
        topP.map(Double::floatValue).ifPresent(builder::topP);
        minP.map(Double::floatValue).ifPresent(builder::minP);
        repeatPenalty.map(Double::floatValue).ifPresent(builder::repeatPenalty);
        return builder.build();
    }

    private static Optional<Double> number(Json.Obj config, String key) {
        return config.number(key).map(Json.Num::doubleValue);
    }
}
