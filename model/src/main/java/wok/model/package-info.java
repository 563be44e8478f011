/**
 * Models: families as data, and one forward pass for prompts and answers alike.
 *
 * <p>To read in this order: {@link wok.model.Transformer} (what happens in a forward), {@link wok.model.ModelConfig}
 * with {@link wok.model.LayerConfig}, {@link wok.model.AttentionConfig}, {@link wok.model.FeedForwardConfig} and
 * {@link wok.model.RopeConfig} (a model as numbers), {@code FolderConfig} and {@code GgufConfig} (the same numbers from
 * the two formats), {@code ResidualBlock}, {@code Attention} and {@code FeedForward} (the blocks), {@code BlockBuilder}
 * and {@code WeightReader} (blocks from weights), {@link wok.model.Batch} and {@link wok.model.KvCache} (what a caller
 * brings), {@link wok.model.ModelDescription} and {@link wok.model.ModelCard} (what a person wants to know).
 *
 * <p>This floor knows rows, not sequences: which rows make a sequence, which blocks it owns and when it is done is the
 * engine's affair. It knows no tokenizer and no sampling, and it never looks at how a weight is stored: that choice is
 * made once, when a {@code Linear} is packed.
 *
 * <p>Files are hostile until proven otherwise. The formats floor has seen to it that a tensor is where its table says;
 * here every size in the configuration is checked as its record is made, and every tensor's shape against those sizes
 * before a byte of it is used. What fails is a {@link wok.model.ModelException} with the file, the key or tensor, what
 * was found and what was expected.
 */
package wok.model;
