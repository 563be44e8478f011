package wok.tokenizer;

import java.util.Map;

/** Python's str.format with the sandbox's rules for attributes. One call, one owner. */
final class JinjaBraceFormat {
    private final JinjaRun run;
    private final JinjaArguments arguments;
    private int automatic;

    private JinjaBraceFormat(JinjaRun run, JinjaArguments arguments) {
        this.run = run;
        this.arguments = arguments;
    }

    static JinjaString format(JinjaRun run, JinjaString template, JinjaArguments arguments) {
        return new JinjaBraceFormat(run, arguments).render(template);
    }

    private JinjaString render(JinjaString string) {
        String text = string.text();
        JinjaStringBuilder out = new JinjaStringBuilder(run);
        int at = 0;
        while (at < text.length()) {
            char c = text.charAt(at);
            boolean doubled = at + 1 < text.length() && text.charAt(at + 1) == c;
            if ((c == '{' || c == '}') && doubled) {
                out.append(string, at, at + 1);
                at += 2;
            } else if (c == '{') {
                int end = fieldEnd(text, at);
                out.append(field(string.substring(at + 1, end)));
                at = end + 1;
            } else if (c == '}') {
                throw new JinjaError("Single '}' encountered in format string");
            } else {
                int next = at + 1;
                while (next < text.length() && text.charAt(next) != '{' && text.charAt(next) != '}') {
                    next++;
                }
                out.append(string, at, next);
                at = next;
            }
        }
        return out.build();
    }

    private static int fieldEnd(String text, int open) {
        int depth = 0;
        for (int at = open; at < text.length(); at++) {
            depth += text.charAt(at) == '{' ? 1 : text.charAt(at) == '}' ? -1 : 0;
            if (depth == 0) {
                return at;
            }
        }
        throw new JinjaError(
                open + 1 == text.length()
                        ? "Single '{' encountered in format string"
                        : "expected '}' before end of string");
    }

    private JinjaString field(JinjaString field) {
        run.enter();
        String text = field.text();
        int nameEnd = 0;
        boolean brackets = false;
        while (nameEnd < text.length() && (brackets || (text.charAt(nameEnd) != ':' && text.charAt(nameEnd) != '!'))) {
            brackets = text.charAt(nameEnd) == '[' || (brackets && text.charAt(nameEnd) != ']');
            nameEnd++;
        }
        JinjaValue value = value(text.substring(0, nameEnd));
        int at = nameEnd;
        if (text.startsWith("!", at)) {
            String conversion = text.substring(at + 1, Math.min(at + 2, text.length()));
            value = switch (conversion) {
                case "s" -> JinjaValue.of(JinjaPrinter.text(run, value));
                case "r", "a" -> JinjaValue.of(JinjaPrinter.repr(run, value));
                default -> throw new JinjaError("Unknown conversion specifier '" + conversion + "'");
            };
            at += 2;
        }
        String spec = text.startsWith(":", at) ? render(field.substring(at + 1)).text() : "";
        JinjaString formatted = JinjaFormatSpec.parse(spec).format(run, value);
        run.leave();
        return formatted;
    }

    private JinjaValue value(String name) {
        int first = 0;
        while (first < name.length() && name.charAt(first) != '.' && name.charAt(first) != '[') {
            first++;
        }
        JinjaValue value = argument(name.substring(0, first));
        int at = first;
        while (at < name.length()) {
            boolean attribute = name.charAt(at) == '.';
            int end = at + 1;
            while (end < name.length()
                    && (attribute ? name.charAt(end) != '.' && name.charAt(end) != '[' : name.charAt(end) != ']')) {
                end++;
            }
            String part = name.substring(at + 1, end);
            value = attribute
                    ? JinjaAttributes.attribute(run, value, part)
                    : JinjaAttributes.item(run, value, index(part));
            at = attribute ? end : end + 1;
        }
        return value;
    }

    private static JinjaValue index(String part) {
        return isNumber(part) ? JinjaValue.of(Integer.parseInt(part)) : JinjaValue.trusted(part);
    }

    private static boolean isNumber(String text) {
        return !text.isEmpty() && text.length() < 10 && JinjaFormatSpec.digitsEnd(text, 0) == text.length();
    }

    private JinjaValue argument(String name) {
        if (name.isEmpty() || isNumber(name)) {
            int index = name.isEmpty() ? automatic++ : Integer.parseInt(name);
            if (index >= arguments.positional().size()) {
                throw new JinjaError("Replacement index " + index + " out of range for positional args tuple");
            }
            return arguments.positional().get(index);
        }
        Map<String, JinjaValue> named = arguments.named();
        JinjaValue value = named.get(name);
        if (value == null) {
            throw new JinjaError("'" + name + "'");
        }
        return value;
    }
}
