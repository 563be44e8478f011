package wok.tokenizer;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.IntPredicate;
import java.util.function.UnaryOperator;

/** The filters that make text of a value. Stateless. */
final class JinjaTextFilters {
    private JinjaTextFilters() {}

    static JinjaFilters.Registry registry() {
        return new JinjaFilters.Registry()
                .add("upper", "", (run, v, a) -> mapped(run, v, s -> s.toUpperCase(Locale.ROOT)))
                .add("lower", "", (run, v, a) -> mapped(run, v, s -> s.toLowerCase(Locale.ROOT)))
                .add("capitalize", "", (run, v, a) -> mapped(run, v, JinjaCases::capitalized))
                .add("title", "", (run, v, a) -> mapped(run, v, JinjaCases::titleWords))
                .add("string", "", (run, v, a) -> soft(run, v))
                .add("safe", "", (run, v, a) -> new JinjaValue.Text(JinjaPrinter.text(run, v), true))
                .add("e", "", (run, v, a) -> escape(run, v))
                .add("escape", "", (run, v, a) -> escape(run, v))
                .add("forceescape", "", (run, v, a) -> escape(run, JinjaValue.of(JinjaPrinter.text(run, v))))
                .add("striptags", "", (run, v, a) -> JinjaValue.of(JinjaHtml.stripTags(JinjaPrinter.text(run, v))))
                .add("trim", "chars", JinjaTextFilters::trim)
                .add("replace", "old new count", JinjaTextFilters::replace)
                .add("join", "d attribute", JinjaTextFilters::join)
                .add("format", JinjaTextFilters::format)
                .add(
                        "tojson",
                        "ensure_ascii indent separators sort_keys",
                        (run, v, a) -> JinjaValue.of(JinjaJson.write(run, v, a)))
                .add("pprint", "", (run, v, a) -> JinjaValue.of(JinjaPrinter.pretty(run, v)))
                .add(
                        "wordcount",
                        "",
                        (run, v, a) ->
                                JinjaValue.of(words(JinjaPrinter.text(run, v).text())))
                .add("urlencode", "", JinjaTextFilters::urlEncode)
                .add("xmlattr", "autospace", JinjaTextFilters::xmlAttributes);
    }

    /** The text of a value; Markup stays Markup. */
    static JinjaValue.Text soft(JinjaRun run, JinjaValue value) {
        return value instanceof JinjaValue.Text text ? text : JinjaValue.of(JinjaPrinter.text(run, value));
    }

    private static JinjaValue mapped(JinjaRun run, JinjaValue value, UnaryOperator<String> mapping) {
        JinjaValue.Text text = soft(run, value);
        run.characters(text.string().length(), 0);
        return new JinjaValue.Text(text.string().map(mapping), text.markup());
    }

    private static JinjaValue escape(JinjaRun run, JinjaValue value) {
        return new JinjaValue.Text(JinjaHtml.escape(run, value), true);
    }

    private static JinjaValue trim(JinjaRun run, JinjaValue value, JinjaArguments.Bound a) {
        JinjaValue.Text text = soft(run, value);
        IntPredicate stripped = a.present(0).isEmpty()
                ? JinjaText::isSpace
                : JinjaStringMethods.anyOf(a.text(0).text());
        return new JinjaValue.Text(text.string().strip(stripped, true, true), text.markup());
    }

    private static JinjaValue replace(JinjaRun run, JinjaValue value, JinjaArguments.Bound a) {
        int limit = a.present(2).isEmpty() ? -1 : a.integer(2);
        return JinjaValue.of(JinjaStringMethods.replace(
                run,
                JinjaPrinter.text(run, value),
                JinjaPrinter.text(run, a.at(0)).text(),
                JinjaPrinter.text(run, a.at(1)),
                limit));
    }

    private static JinjaValue join(JinjaRun run, JinjaValue value, JinjaArguments.Bound a) {
        JinjaString separator =
                a.optional(0).map(d -> JinjaPrinter.text(run, d)).orElse(JinjaString.EMPTY);
        UnaryOperator<JinjaValue> getter = JinjaSorting.getter(run, a.present(1), java.util.Optional.empty());
        JinjaStringBuilder out = new JinjaStringBuilder(run);
        boolean first = true;
        for (JinjaValue item : JinjaOperators.elements(run, value)) {
            out.append(first ? JinjaString.EMPTY : separator);
            out.append(JinjaPrinter.text(run, getter.apply(item)));
            first = false;
        }
        return JinjaValue.of(out.build());
    }

    private static JinjaValue format(JinjaRun run, JinjaValue value, JinjaArguments arguments) {
        JinjaValue values = new JinjaValue.Sequence(arguments.positional(), JinjaValue.Sequence.Kind.TUPLE);
        if (!arguments.named().isEmpty()) {
            if (!arguments.positional().isEmpty()) {
                throw new JinjaError("can't handle positional and keyword arguments at the same time");
            }
            JinjaDict dict = new JinjaDict();
            arguments.named().forEach((name, item) -> dict.put(JinjaValue.trusted(name), item));
            values = dict;
        }
        return JinjaPercentFormat.format(run, soft(run, value), values);
    }

    private static int words(String text) {
        int count = 0;
        boolean inside = false;
        for (int c : text.codePoints().toArray()) {
            boolean word = JinjaText.isWord(c);
            count += word && !inside ? 1 : 0;
            inside = word;
        }
        return count;
    }

    private static JinjaValue urlEncode(JinjaRun run, JinjaValue value, JinjaArguments.Bound a) {
        if (value instanceof JinjaValue.Text || !JinjaOperators.isIterable(value)) {
            return JinjaValue.of(quote(run, value, "/"));
        }
        JinjaStringBuilder out = new JinjaStringBuilder(run);
        List<JinjaValue> pairs = value instanceof JinjaDict dict ? dict.items() : JinjaOperators.elements(run, value);
        for (JinjaValue pair : pairs) {
            List<JinjaValue> parts = JinjaOperators.elements(run, pair);
            if (parts.size() != 2) {
                throw new JinjaError("urlencode: " + parts.size() + " values (expected: pairs)");
            }
            out.append(out.length() > 0 ? "&" : "").append(quote(run, parts.get(0), ""));
            out.append("=").append(quote(run, parts.get(1), ""));
        }
        return JinjaValue.of(out.build());
    }

    /** Percent-encoded UTF-8; an empty {@code safe} means a query, where a blank becomes a plus. */
    private static JinjaString quote(JinjaRun run, JinjaValue value, String safe) {
        JinjaString string = JinjaPrinter.text(run, value);
        run.characters(3L * string.length(), 0);
        StringBuilder out = new StringBuilder();
        for (byte b : string.text().getBytes(StandardCharsets.UTF_8)) {
            char c = (char) (b & 0xff);
            boolean plain = c < 128 && (Character.isLetterOrDigit(c) || "_.-~".indexOf(c) >= 0 || safe.indexOf(c) >= 0);
            if (plain) {
                out.append(c);
            } else if (c == ' ' && safe.isEmpty()) {
                out.append('+');
            } else {
                out.append(String.format(Locale.ROOT, "%%%02X", (int) c));
            }
        }
        return JinjaString.of(out.toString(), string.isTrusted());
    }

    private static JinjaValue xmlAttributes(JinjaRun run, JinjaValue value, JinjaArguments.Bound a) {
        if (!(value instanceof JinjaDict dict)) {
            throw new JinjaError("xmlattr: " + value.typeName() + " (expected: dict)");
        }
        List<JinjaString> attributes = new ArrayList<>();
        for (JinjaDict.Entry entry : dict.entries()) {
            if (entry.value() instanceof JinjaValue.None || entry.value() instanceof JinjaValue.Undefined) {
                continue;
            }
            String key = JinjaPrinter.text(run, entry.key()).text();
            if (key.chars().anyMatch(c -> c == ' ' || (c >= 9 && c <= 13) || c == '/' || c == '>' || c == '=')) {
                throw new JinjaError("Invalid character in attribute name: '" + key + "'");
            }
            attributes.add(new JinjaStringBuilder(run)
                    .append(JinjaHtml.escape(run, entry.key()))
                    .append("=\"")
                    .append(JinjaHtml.escape(run, entry.value()))
                    .append("\"")
                    .build());
        }
        JinjaStringBuilder out = new JinjaStringBuilder(run);
        for (int i = 0; i < attributes.size(); i++) {
            out.append(i > 0 || a.flag(0, true) ? " " : "").append(attributes.get(i));
        }
        return JinjaValue.of(out.build());
    }
}
