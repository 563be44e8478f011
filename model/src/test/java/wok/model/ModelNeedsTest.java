package wok.model;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import wok.formats.ModelSource;
import wok.kernels.KvType;

class ModelNeedsTest {
    @Test
    void countsOfTheExpertsThoseThatATokenIsSentTo() {
        try (ModelSource source = ModelSource.open(Golden.find("qwen3_moe").orElseThrow())) {
            ModelConfig config = ModelConfig.of(source);
            ModelNeeds needs = ModelNeeds.of(source, config);
            long experts = source.tensors().values().stream()
                    .filter(tensor -> tensor.name().contains(".experts."))
                    .mapToLong(tensor -> tensor.shape().elements())
                    .sum();
            ExpertsConfig of = config.layers().stream()
                    .map(LayerConfig::feedForward)
                    .filter(ExpertsConfig.class::isInstance)
                    .map(ExpertsConfig.class::cast)
                    .findFirst()
                    .orElseThrow();
            long idle = experts / of.experts() * (of.experts() - of.used());
            long lookedUp = config.tiedEmbeddings() ? 0 : (long) config.vocabularySize() * config.hidden();

            assertThat(needs.weightBytes()).isEqualTo(source.tensorBytes());
            assertThat(needs.activeParameters()).isEqualTo(needs.parameters() - idle - lookedUp);
            assertThat(needs.activeBytes()).isEqualTo(4 * needs.activeParameters());
        }
    }

    @Test
    void countsAllOfADenseModelButTheTableThatIsLookedUp() {
        try (ModelSource source = ModelSource.open(Golden.find("llama").orElseThrow())) {
            ModelConfig config = ModelConfig.of(source);
            ModelNeeds needs = ModelNeeds.of(source, config);
            assertThat(needs.parameters() - needs.activeParameters())
                    .isEqualTo(config.tiedEmbeddings() ? 0 : (long) config.vocabularySize() * config.hidden());
            assertThat(ModelNeeds.kvBytes(config, KvType.F32, 17))
                    .isEqualTo(2 * KvCache.blockBytes(config, KvType.F32));
        }
    }
}
