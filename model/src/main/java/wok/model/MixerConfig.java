package wok.model;

/** How a layer lets a position see others. Another way is another permitted record, with its block and its buffers. */
public sealed interface MixerConfig permits AttentionConfig, DeltaRuleConfig, LatentConfig {}
