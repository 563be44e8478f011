package wok.model;

import java.util.Optional;

/**
 * How one layer of an encoder attends.
 *
 * @param window 0: every token sees all of its text; W: itself and the W - 1 on either side
 * @param rope rotary positions; empty when positions are learned
 * @param normed whether a norm stands before its attention when norms come first: not in ModernBERT's first layer, whose
 *     input the embeddings' norm has normed
 */
public record EncoderLayerConfig(int window, Optional<RopeConfig> rope, boolean normed) {
    public EncoderLayerConfig {
        ConfigRule.require(window >= 0, "window (local_attention)", window, "0 or more");
    }
}
