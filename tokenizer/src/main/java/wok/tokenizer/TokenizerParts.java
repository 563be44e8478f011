package wok.tokenizer;

import java.util.List;
import java.util.Optional;
import java.util.function.ToIntFunction;

/**
 * What a reader has found in a model's files: everything a {@link Tokenizer} is made of.
 *
 * @param name what to call it in messages
 * @param pieces the vocabulary by id, added tokens included; an empty string where there is a gap
 * @param ids the vocabulary by spelling, added tokens included; -1 for what is not in it
 * @param addedTokens in the order of the file
 * @param model may yield control tokens where its library does so for plain text
 * @param guardedModel the same, never yielding a control token
 * @param before ids in front of a text when special tokens are added
 * @param after ids behind it
 * @param pair how two texts are joined, where the files say so
 */
record TokenizerParts(
        String name,
        List<String> pieces,
        ToIntFunction<String> ids,
        List<AddedToken> addedTokens,
        Normalizer normalizer,
        PreTokenizer.InTurn preTokenizer,
        TokenModel model,
        TokenModel guardedModel,
        List<Integer> before,
        List<Integer> after,
        Optional<PairTemplate> pair,
        DecoderChain decoder,
        SpecialTokens special) {}
