package wok.tokenizer;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import wok.formats.Json;

/** Reads a tokenizer.json's post-processor: which ids go around a single text. One use, one thread. */
final class PostProcessorReader {
    private static final int SPECIAL_IDS_MAX = 64;

    private final List<Integer> before = new ArrayList<>();
    private final List<Integer> after = new ArrayList<>();
    private final int idMax;

    /**
     * @param vocabularySize ids must be below
     */
    PostProcessorReader(Optional<JsonFields> json, int vocabularySize) {
        this.idMax = vocabularySize - 1;
        json.ifPresent(this::read);
    }

    List<Integer> before() {
        return before;
    }

    List<Integer> after() {
        return after;
    }

    private void read(JsonFields json) {
        switch (json.type()) {
            case "ByteLevel" -> {} // it moves offsets, not ids
            case "Sequence" -> json.objects("processors").forEach(this::read);
            case "BertProcessing", "RobertaProcessing" -> {
                before.addFirst(pairId(json, "cls"));
                after.add(pairId(json, "sep"));
            }
            case "TemplateProcessing" -> readTemplate(json);
            default -> throw json.unknown("a post-processor of the tokenizers library");
        }
    }

    /** A pair of spelling and id: ["[CLS]", 101]. */
    private int pairId(JsonFields json, String key) {
        List<Json> pair = json.array(key);
        if (pair.size() != 2) {
            throw json.wrong(key, "a pair of a token and its id");
        }
        return json.count(key, pair.get(1), idMax);
    }

    private void readTemplate(JsonFields json) {
        List<Integer> front = new ArrayList<>();
        List<Integer> back = new ArrayList<>();
        int sequences = 0;
        for (JsonFields element : json.objects("single")) {
            if (element.object().has("Sequence")) {
                sequences++;
            } else {
                String token = element.object("SpecialToken").text("id");
                (sequences == 0 ? front : back).addAll(templateIds(json.object("special_tokens"), token));
            }
        }
        if (sequences != 1) {
            throw json.wrong("single", "one Sequence");
        }
        before.addAll(0, front);
        after.addAll(back);
    }

    private List<Integer> templateIds(JsonFields specialTokens, String token) {
        JsonFields entry = specialTokens.object(token);
        List<Integer> ids = new ArrayList<>();
        for (Json id : entry.array("ids")) {
            ids.add(entry.count("ids", id, idMax));
        }
        if (ids.size() > SPECIAL_IDS_MAX) {
            throw entry.wrong("ids", SPECIAL_IDS_MAX + " ids at most");
        }
        return ids;
    }
}
