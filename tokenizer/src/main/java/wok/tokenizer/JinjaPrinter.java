package wok.tokenizer;

import java.util.Iterator;
import java.util.List;

/** Python's str() and repr(). One call, one owner. */
final class JinjaPrinter {
    private final JinjaRun run;
    private final JinjaStringBuilder out;
    private final boolean sorted;

    private JinjaPrinter(JinjaRun run, boolean sorted) {
        this.run = run;
        this.sorted = sorted;
        this.out = new JinjaStringBuilder(run);
    }

    /** What a template prints for a value: str(). */
    static JinjaString text(JinjaRun run, JinjaValue value) {
        return switch (value) {
            case JinjaValue.Text text -> text.string();
            case JinjaValue.Undefined _ -> JinjaString.EMPTY;
            default -> repr(run, value);
        };
    }

    static JinjaString repr(JinjaRun run, JinjaValue value) {
        JinjaPrinter printer = new JinjaPrinter(run, false);
        printer.print(value);
        return printer.out.build();
    }

    /** As {@link #repr} with sorted keys: Python's pprint, on one line however long. */
    static JinjaString pretty(JinjaRun run, JinjaValue value) {
        JinjaPrinter printer = new JinjaPrinter(run, true);
        printer.print(value);
        return printer.out.build();
    }

    private void print(JinjaValue value) {
        run.enter();
        switch (value) {
            case JinjaValue.None _ -> out.append("None");
            case JinjaValue.Bool(boolean flag) -> out.append(flag ? "True" : "False");
            case JinjaValue.Int number -> out.append(number.value().toString());
            case JinjaValue.Real(double number) -> out.append(JinjaNumbers.repr(number));
            case JinjaValue.Text text -> {
                out.append(text.markup() ? "Markup(" : "");
                quoted(text.string());
                out.append(text.markup() ? ")" : "");
            }
            case JinjaValue.Undefined _ -> out.append("Undefined");
            case JinjaValue.Sequence sequence -> sequence(sequence);
            case JinjaDict dict -> dict(dict);
            case JinjaValue.View view -> {
                out.append(view.typeName()).append("([");
                items(view.items());
                out.append("])");
            }
            case JinjaValue.Range range -> range(range);
            case JinjaValue.Generator _ -> out.append("<generator object>");
            case JinjaValue.Behaviour behaviour -> out.append(behaviour.described());
            case JinjaValue.Mapping mapping -> out.append(mapping.typeName());
        }
        run.leave();
    }

    private void sequence(JinjaValue.Sequence sequence) {
        out.append(sequence.isList() ? "[" : "(");
        items(sequence.items());
        boolean single = !sequence.isList() && sequence.items().size() == 1;
        out.append(sequence.isList() ? "]" : single ? ",)" : ")");
    }

    private void items(List<JinjaValue> items) {
        for (int i = 0; i < items.size(); i++) {
            out.append(i > 0 ? ", " : "");
            print(items.get(i));
        }
    }

    private void dict(JinjaDict dict) {
        out.append("{");
        Iterator<JinjaDict.Entry> entries = (sorted ? JinjaSorting.byKey(run, dict) : dict.entries()).iterator();
        while (entries.hasNext()) {
            JinjaDict.Entry entry = entries.next();
            print(entry.key());
            out.append(": ");
            print(entry.value());
            out.append(entries.hasNext() ? ", " : "");
        }
        out.append("}");
    }

    private void range(JinjaValue.Range range) {
        out.append(
                "range(" + range.start() + ", " + range.stop() + (range.step() == 1 ? "" : ", " + range.step()) + ")");
    }

    /** A string between quotes: single ones, unless it holds those alone. */
    private void quoted(JinjaString string) {
        String text = string.text();
        String quote = text.indexOf('\'') >= 0 && text.indexOf('"') < 0 ? "\"" : "'";
        out.append(quote);
        int from = 0;
        for (int at = 0; at < text.length(); ) {
            int c = text.codePointAt(at);
            int end = at + Character.charCount(c);
            String escaped = escape(c, quote.charAt(0));
            if (!escaped.isEmpty()) {
                out.append(string, from, at).append(escaped, string.isTrustedAt(at));
                from = end;
            }
            at = end;
        }
        out.append(string, from, text.length()).append(quote);
    }

    private static String escape(int c, char quote) {
        return switch (c) {
            case '\\' -> "\\\\";
            case '\n' -> "\\n";
            case '\r' -> "\\r";
            case '\t' -> "\\t";
            default -> {
                if (c == quote) {
                    yield "\\" + quote;
                }
                if ((c >= ' ' && c < 0x7f) || JinjaText.isPrintable(c)) {
                    yield "";
                }
                yield c < 0x100
                        ? String.format("\\x%02x", c)
                        : c < 0x10000 ? String.format("\\u%04x", c) : String.format("\\U%08x", c);
            }
        };
    }
}
