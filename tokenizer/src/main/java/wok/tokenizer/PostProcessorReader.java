package wok.tokenizer;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import wok.formats.Json;

/** Reads a tokenizer.json's post-processor: which ids go around a text, and around two. One use, one thread. */
final class PostProcessorReader {
    private static final int SPECIAL_IDS_MAX = 64;
    private static final int TYPE_MAX = 255;

    private final List<Integer> before = new ArrayList<>();
    private final List<Integer> after = new ArrayList<>();
    private Optional<PairTemplate> pair = Optional.empty();
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

    Optional<PairTemplate> pair() {
        return pair;
    }

    private void read(JsonFields json) {
        switch (json.type()) {
            case "ByteLevel" -> {} // it moves offsets, not ids
            case "Sequence" -> json.objects("processors").forEach(this::read);
            case "BertProcessing", "RobertaProcessing" -> {
                int cls = pairId(json, "cls");
                int sep = pairId(json, "sep");
                before.addFirst(cls);
                after.add(sep);
                boolean bert = json.type().equals("BertProcessing");
                pair = Optional.of(bert ? PairTemplate.bert(cls, sep) : PairTemplate.roberta(cls, sep));
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
        if (json.object().has("pair")) {
            pair = Optional.of(readPair(json));
        }
    }

    private PairTemplate readPair(JsonFields json) {
        List<PairTemplate.Element> elements = new ArrayList<>();
        int firsts = 0;
        int seconds = 0;
        for (JsonFields element : json.objects("pair")) {
            boolean isText = element.object().has("Sequence");
            JsonFields fields = element.object(isText ? "Sequence" : "SpecialToken");
            int type = fields.count("type_id", TYPE_MAX);
            if (!isText) {
                templateIds(json.object("special_tokens"), fields.text("id"))
                        .forEach(id -> elements.add(new PairTemplate.Added(id, type)));
                continue;
            }
            boolean isFirst = fields.text("id").equals("A");
            firsts += isFirst ? 1 : 0;
            seconds += isFirst ? 0 : 1;
            elements.add(new PairTemplate.Text(isFirst, type));
        }
        if (firsts != 1 || seconds != 1 || elements.size() > SPECIAL_IDS_MAX) {
            throw json.wrong("pair", "one Sequence A, one Sequence B, and some special tokens");
        }
        return new PairTemplate(elements);
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
