package wok.tokenizer;

import java.util.Iterator;
import java.util.List;
import java.util.Optional;

/** The filter tojson, which in transformers is Python's json.dumps. One call, one owner. */
final class JinjaJson {
    /** The widest indent; more is refused before it is made. */
    private static final int INDENT_MAX = 1000;

    private final JinjaRun run;
    private final JinjaStringBuilder out;
    private final boolean ascii;
    private final Optional<JinjaString> indent;
    private final JinjaString itemSeparator;
    private final JinjaString keySeparator;
    private final boolean sorted;
    private int level;

    private JinjaJson(JinjaRun run, JinjaArguments.Bound arguments) {
        this.run = run;
        this.out = new JinjaStringBuilder(run);
        this.ascii = arguments.flag(0, false);
        this.indent = arguments.present(1).map(JinjaJson::indent);
        List<JinjaValue> separators = arguments
                .present(2)
                .map(value -> JinjaOperators.elements(run, value))
                .orElse(List.of(JinjaValue.trusted(indent.isPresent() ? "," : ", "), JinjaValue.trusted(": ")));
        if (separators.size() != 2) {
            throw new JinjaError("tojson() argument 'separators' (expected: two strings)");
        }
        this.itemSeparator = JinjaPrinter.text(run, separators.get(0));
        this.keySeparator = JinjaPrinter.text(run, separators.get(1));
        this.sorted = arguments.flag(3, false);
    }

    /**
     * The JSON text of a value.
     *
     * @param arguments ensure_ascii, indent, separators, sort_keys
     */
    static JinjaString write(JinjaRun run, JinjaValue value, JinjaArguments.Bound arguments) {
        JinjaJson json = new JinjaJson(run, arguments);
        json.write(value);
        return json.out.build();
    }

    private static JinjaString indent(JinjaValue value) {
        if (value instanceof JinjaValue.Text text) {
            return text.string();
        }
        int width = Math.max(0, ((JinjaValue.Int) JinjaArithmetic.integer(JinjaArithmetic.integer(value))).clamped());
        if (width > INDENT_MAX) {
            throw new JinjaError("tojson() argument 'indent': " + width + " (expected: at most " + INDENT_MAX + ")");
        }
        return JinjaString.trusted(" ".repeat(width));
    }

    private void write(JinjaValue value) {
        run.enter();
        switch (value) {
            case JinjaValue.None _ -> out.append("null");
            case JinjaValue.Bool(boolean flag) -> out.append(flag ? "true" : "false");
            case JinjaValue.Int number -> out.append(number.value().toString());
            case JinjaValue.Real(double number) -> out.append(real(number));
            case JinjaValue.Text text -> quoted(text.string());
            case JinjaValue.Sequence sequence -> sequence(sequence.items());
            case JinjaDict dict -> dict(dict);
            default -> throw new JinjaError("Object of type " + value.typeName() + " is not JSON serializable");
        }
        run.leave();
    }

    private static String real(double number) {
        if (Double.isNaN(number)) {
            return "NaN";
        }
        return Double.isInfinite(number) ? (number > 0 ? "Infinity" : "-Infinity") : JinjaNumbers.repr(number);
    }

    private void sequence(List<JinjaValue> items) {
        if (items.isEmpty()) {
            out.append("[]");
            return;
        }
        out.append("[");
        level++;
        for (int i = 0; i < items.size(); i++) {
            if (i > 0) {
                out.append(itemSeparator);
            }
            newline();
            write(items.get(i));
        }
        level--;
        newline();
        out.append("]");
    }

    private void dict(JinjaDict dict) {
        if (dict.size() == 0) {
            out.append("{}");
            return;
        }
        out.append("{");
        level++;
        Iterator<JinjaDict.Entry> entries = (sorted ? JinjaSorting.byKey(run, dict) : dict.entries()).iterator();
        while (entries.hasNext()) {
            JinjaDict.Entry entry = entries.next();
            newline();
            quoted(key(entry.key()));
            out.append(keySeparator);
            write(entry.value());
            if (entries.hasNext()) {
                out.append(itemSeparator);
            }
        }
        level--;
        newline();
        out.append("}");
    }

    private static JinjaString key(JinjaValue key) {
        return switch (key) {
            case JinjaValue.Text text -> text.string();
            case JinjaValue.None _ -> JinjaString.trusted("null");
            case JinjaValue.Bool(boolean flag) -> JinjaString.trusted(flag ? "true" : "false");
            case JinjaValue.Int number -> JinjaString.trusted(number.value().toString());
            case JinjaValue.Real(double number) -> JinjaString.trusted(real(number));
            default -> throw new JinjaError("keys must be str, int, float, bool or None, not " + key.typeName());
        };
    }

    private void newline() {
        if (indent.isPresent()) {
            out.append("\n");
            for (int i = 0; i < level; i++) {
                out.append(indent.get());
            }
        }
    }

    private void quoted(JinjaString string) {
        out.append("\"");
        int from = 0;
        for (int at = 0; at < string.length(); at++) {
            String escaped = escape(string.text().charAt(at));
            if (!escaped.isEmpty()) {
                out.append(string, from, at).append(escaped, string.isTrustedAt(at));
                from = at + 1;
            }
        }
        out.append(string, from, string.length()).append("\"");
    }

    private String escape(char c) {
        return switch (c) {
            case '"' -> "\\\"";
            case '\\' -> "\\\\";
            case '\n' -> "\\n";
            case '\r' -> "\\r";
            case '\t' -> "\\t";
            case '\b' -> "\\b";
            case '\f' -> "\\f";
            default -> c < ' ' || (ascii && c > '~' + 1) ? String.format("\\u%04x", (int) c) : "";
        };
    }
}
