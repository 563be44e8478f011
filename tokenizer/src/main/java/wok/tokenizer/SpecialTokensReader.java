package wok.tokenizer;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import wok.formats.Json;

/**
 * What a folder's companions of tokenizer.json say about control tokens. Ids come from generation_config.json and
 * config.json, where {@code eos_token_id} may be one or a list; spellings from tokenizer_config.json, or
 * special_tokens_map.json in older folders. An id outside the vocabulary is passed over: configurations are edited by
 * hand and padded. One use, one thread.
 */
final class SpecialTokensReader {
    private static final List<String> NAMES =
            List.of("bos_token", "eos_token", "unk_token", "sep_token", "pad_token", "cls_token", "mask_token");

    private final Vocabulary vocabulary;
    private final List<AddedToken> addedTokens;

    SpecialTokensReader(Vocabulary vocabulary, List<AddedToken> addedTokens) {
        this.vocabulary = vocabulary;
        this.addedTokens = addedTokens;
    }

    SpecialTokens read(Function<String, Optional<Json.Obj>> files) {
        Map<String, String> spellings = new LinkedHashMap<>();
        for (String file : List.of("tokenizer_config.json", "special_tokens_map.json")) {
            Json.Obj json = files.apply(file).orElse(Json.Obj.of());
            NAMES.forEach(name -> spelling(json, name).ifPresent(token -> spellings.putIfAbsent(name, token)));
        }
        List<Json.Obj> configs = new ArrayList<>();
        files.apply("generation_config.json").ifPresent(configs::add);
        files.apply("config.json").ifPresent(config -> {
            configs.add(config);
            config.object("text_config").ifPresent(configs::add);
        });
        OptionalInt bos = id(spellings, "bos_token", configs);
        OptionalInt eos = id(spellings, "eos_token", configs);
        Set<Integer> ends = new TreeSet<>();
        eos.ifPresent(ends::add);
        configs.forEach(config -> ends.addAll(ids(config, "eos_token_id")));
        return new SpecialTokens(bos, eos, EndOfGeneration.collect(ends, this::controlToken), spellings);
    }

    private static Optional<String> spelling(Json.Obj json, String name) {
        return json.text(name).or(() -> json.object(name).flatMap(token -> token.text("content")));
    }

    private OptionalInt id(Map<String, String> spellings, String name, List<Json.Obj> configs) {
        String spelling = spellings.get(name);
        if (spelling != null && vocabulary.has(spelling)) {
            return OptionalInt.of(vocabulary.id(spelling));
        }
        return configs.stream()
                .flatMap(config -> ids(config, name + "_id").stream())
                .mapToInt(Integer::intValue)
                .findFirst();
    }

    private List<Integer> ids(Json.Obj config, String key) {
        Json value = config.get(key).orElse(Json.NULL);
        List<Json> values = value instanceof Json.Arr list ? list.elements() : List.of(value);
        List<Integer> ids = new ArrayList<>();
        for (Json id : values) {
            if (id instanceof Json.Num number
                    && number.isInteger()
                    && number.literal().length() < 10) {
                int candidate = number.intValue();
                if (candidate >= 0 && candidate < vocabulary.size()) {
                    ids.add(candidate);
                }
            }
        }
        return ids;
    }

    private OptionalInt controlToken(String spelling) {
        return addedTokens.stream()
                .filter(token -> token.special() && token.content().equals(spelling))
                .mapToInt(AddedToken::id)
                .findFirst();
    }
}
