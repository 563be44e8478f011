/**
 * Text to token ids and back; chat templates.
 *
 * <p><b>Tokenizer.</b> In reading order: {@link wok.tokenizer.Tokenizer} has the way of a text from end to end;
 * {@code TokenizerParts} is what it is made of. {@code TokenizerJson} (with {@code ComponentReader},
 * {@code PostProcessorReader}, {@code SpecialTokensReader}) and {@code TokenizerGguf} (with {@code GgufExpressions})
 * make those parts from the two kinds of files. The parts themselves: {@code AddedTokenMatcher}, {@code Normalizer}
 * (with {@code Charsmap}), {@code PreTokenizer} (with {@code SplitPattern}, {@code SplitBehavior}), {@code TokenModel}
 * (its kinds {@code BytePairModel}, {@code WordPieceModel}, {@code UnigramModel}, and {@code Merger}), {@code Decoder}
 * (with {@code DecoderStages}). {@code LinearRegex} and {@code RegexScan} match expressions in linear time;
 * {@code RegexParser} reads them.
 *
 * <p><b>Chat templates.</b> {@link wok.tokenizer.ChatTemplate} renders a conversation;
 * {@link wok.tokenizer.RenderedPrompt} keeps which characters people wrote, so that
 * {@link wok.tokenizer.Tokenizer#encode(wok.tokenizer.RenderedPrompt)} never makes a control token of them.
 *
 * <p>This floor knows files' formats ({@code wok.formats}) and nothing of models, engines or servers.
 */
package wok.tokenizer;
