package wok.model;

import java.util.List;
import java.util.regex.Pattern;
import wok.formats.ModelSource;
import wok.kernels.KvType;
import wok.tensor.Tensor;

/**
 * What running a model takes, told from its file's tables before a weight is read. Of experts only those that a token is
 * sent to are counted as active; of the embedding one row.
 *
 * @param parameters numbers in all tensors
 * @param activeParameters numbers that a token is multiplied with
 * @param weightBytes of all tensors as the file stores them; packed, they take about as much
 * @param activeBytes of the weights that are read for a token
 */
public record ModelNeeds(long parameters, long activeParameters, long weightBytes, long activeBytes) {
    /** Weights of routed experts, by the names of both formats; shared experts are not among them. */
    private static final Pattern EXPERT = Pattern.compile(".*(\\.experts\\.|_exps\\b).*");

    private static final List<String> EMBEDDINGS =
            List.of("token_embd.weight", "embed_tokens.weight", "embed.weight", "per_layer_token_embd.weight");

    /** The needs of an opened model. */
    public static ModelNeeds of(ModelSource source, ModelConfig config) {
        double share = config.layers().stream()
                .map(LayerConfig::feedForward)
                .filter(ExpertsConfig.class::isInstance)
                .map(ExpertsConfig.class::cast)
                .mapToDouble(experts -> (double) experts.used() / experts.experts())
                .findFirst()
                .orElse(1);
        long parameters = 0;
        double activeParameters = 0;
        long bytes = 0;
        double activeBytes = 0;
        for (Tensor tensor : source.tensors().values()) {
            double used = used(tensor, config, share);
            parameters += tensor.shape().elements();
            activeParameters += used * tensor.shape().elements();
            bytes += tensor.bytes();
            activeBytes += used * tensor.bytes();
        }
        return new ModelNeeds(parameters, Math.round(activeParameters), bytes, Math.round(activeBytes));
    }

    private static double used(Tensor tensor, ModelConfig config, double expertShare) {
        if (EXPERT.matcher(tensor.name()).matches()) {
            return expertShare;
        }
        boolean isLookedUp = EMBEDDINGS.stream().anyMatch(name -> tensor.name().endsWith(name));
        boolean isOutputToo = config.tiedEmbeddings() && !tensor.name().startsWith("per_layer");
        return isLookedUp && !isOutputToo ? 0 : 1;
    }

    /** Bytes of keys and values for so many positions. */
    public static long kvBytes(ModelConfig config, KvType type, long positions) {
        return Math.multiplyExact(
                KvCache.blockBytes(config, type), Math.ceilDiv(positions, (long) KvCache.BLOCK_POSITIONS));
    }
}
