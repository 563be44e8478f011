package wok.tokenizer;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntPredicate;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

/** The methods of Python's str. Stateless. */
final class JinjaStringMethods {
    private static final String WHOLE = "";

    private interface Method {
        JinjaValue call(JinjaRun run, JinjaValue.Text self, JinjaArguments.Bound arguments);
    }

    private record Entry(List<String> parameters, Method method) {}

    private static final Map<String, Entry> METHODS = new Registry()
            .addAll(cases())
            .addAll(questions())
            .addAll(searches())
            .addAll(edges())
            .addAll(parts())
            .build();

    private JinjaStringMethods() {}

    /** Collects the methods of one kind. */
    private static final class Registry {
        private final Map<String, Entry> methods = new HashMap<>();

        /**
         * @param parameters their names with blanks between
         */
        Registry method(String name, String parameters, Method method) {
            methods.put(name, new Entry(parameters.isEmpty() ? List.of() : List.of(parameters.split(" ")), method));
            return this;
        }

        Registry mapping(String name, UnaryOperator<String> mapping) {
            return method(name, WHOLE, (run, s, a) -> {
                run.characters(s.string().length(), s.string().length());
                return new JinjaValue.Text(s.string().map(mapping), s.markup());
            });
        }

        Registry plain(String name, Predicate<String> test) {
            return method(name, WHOLE, (run, s, a) -> JinjaValue.of(test.test(s.plain())));
        }

        Registry test(String name, IntPredicate test) {
            return plain(name, s -> !s.isEmpty() && s.codePoints().allMatch(test));
        }

        Registry addAll(Registry other) {
            methods.putAll(other.methods);
            return this;
        }

        Map<String, Entry> build() {
            return Map.copyOf(methods);
        }
    }

    private static Registry cases() {
        return new Registry()
                .mapping("upper", s -> s.toUpperCase(Locale.ROOT))
                .mapping("lower", s -> s.toLowerCase(Locale.ROOT))
                .mapping("casefold", s -> s.toUpperCase(Locale.ROOT).toLowerCase(Locale.ROOT))
                .mapping("swapcase", JinjaCases::swapped)
                .mapping("title", JinjaCases::title)
                .mapping("capitalize", JinjaCases::capitalized);
    }

    private static Registry questions() {
        return new Registry()
                .test("isdigit", JinjaText::isDigit)
                .test("isdecimal", Character::isDigit)
                .test("isnumeric", c -> JinjaText.isAlphanumeric(c) && !Character.isLetter(c))
                .test("isalpha", Character::isLetter)
                .test("isalnum", JinjaText::isAlphanumeric)
                .test("isspace", JinjaText::isSpace)
                .plain("isascii", s -> s.chars().allMatch(c -> c < 128))
                .plain("isprintable", s -> s.codePoints().allMatch(JinjaText::isPrintable))
                .plain("isidentifier", s -> s.matches("[\\p{L}_][\\p{L}\\p{N}_]*+"))
                .plain("isupper", s -> JinjaCases.isAll(s, c -> !Character.isLowerCase(c) && !Character.isTitleCase(c)))
                .plain("islower", s -> JinjaCases.isAll(s, c -> !Character.isUpperCase(c) && !Character.isTitleCase(c)))
                .plain("istitle", JinjaCases::isTitle);
    }

    private static Registry searches() {
        return new Registry()
                .method("startswith", "prefix start end", (run, s, a) -> affix(s, a, true))
                .method("endswith", "suffix start end", (run, s, a) -> affix(s, a, false))
                .method("find", "sub start end", (run, s, a) -> JinjaValue.of(find(s, a, false)))
                .method("rfind", "sub start end", (run, s, a) -> JinjaValue.of(find(s, a, true)))
                .method("index", "sub start end", (run, s, a) -> JinjaValue.of(found(find(s, a, false))))
                .method("rindex", "sub start end", (run, s, a) -> JinjaValue.of(found(find(s, a, true))))
                .method("count", "sub start end", JinjaStringMethods::count);
    }

    private static Registry edges() {
        return new Registry()
                .method("strip", "chars", (run, s, a) -> strip(s, a, true, true))
                .method("lstrip", "chars", (run, s, a) -> strip(s, a, true, false))
                .method("rstrip", "chars", (run, s, a) -> strip(s, a, false, true))
                .method(
                        "removeprefix",
                        "prefix",
                        (run, s, a) -> removed(s, a.text(0).text(), true))
                .method(
                        "removesuffix",
                        "suffix",
                        (run, s, a) -> removed(s, a.text(0).text(), false))
                .method("center", "width fillchar", (run, s, a) -> JinjaPadding.center(run, s, a.integer(0), fill(a)))
                .method("ljust", "width fillchar", (run, s, a) -> JinjaPadding.left(run, s, a.integer(0), fill(a)))
                .method("rjust", "width fillchar", (run, s, a) -> JinjaPadding.right(run, s, a.integer(0), fill(a)))
                .method("zfill", "width", (run, s, a) -> JinjaPadding.zeros(run, s, a.integer(0)))
                .method("expandtabs", "tabsize", (run, s, a) -> JinjaPadding.expandTabs(run, s, a.integer(0, 8)));
    }

    private static Registry parts() {
        return new Registry()
                .method("replace", "old new count", JinjaStringMethods::replace)
                .method("split", "sep maxsplit", (run, s, a) -> split(run, s, a, false))
                .method("rsplit", "sep maxsplit", (run, s, a) -> split(run, s, a, true))
                .method("splitlines", "keepends", JinjaStringMethods::splitLines)
                .method("partition", "sep", (run, s, a) -> JinjaSplitting.partition(s.string(), a.text(0), false))
                .method("rpartition", "sep", (run, s, a) -> JinjaSplitting.partition(s.string(), a.text(0), true))
                .method("join", "iterable", JinjaStringMethods::join)
                .method("format_map", "mapping", JinjaStringMethods::formatMap);
    }

    static Optional<JinjaValue> find(JinjaValue.Text text, String name) {
        if (name.equals("format")) {
            return Optional.of(new JinjaFunction(
                    name, (run, arguments) -> JinjaValue.of(JinjaBraceFormat.format(run, text.string(), arguments))));
        }
        return Optional.ofNullable(METHODS.get(name))
                .map(entry -> new JinjaFunction(
                        name,
                        (run, arguments) -> entry.method().call(run, text, arguments.bind(name, entry.parameters()))));
    }

    private static JinjaValue strip(JinjaValue.Text self, JinjaArguments.Bound a, boolean left, boolean right) {
        IntPredicate stripped =
                a.present(0).isEmpty() ? JinjaText::isSpace : anyOf(a.text(0).text());
        return new JinjaValue.Text(self.string().strip(stripped, left, right), self.markup());
    }

    /** Whether a character is one of these. */
    static IntPredicate anyOf(String characters) {
        return c -> characters.indexOf(c) >= 0;
    }

    /** The part of the text that the optional start and end leave, as UTF-16 offsets. */
    private static int[] window(JinjaValue.Text self, JinjaArguments.Bound a) {
        String text = self.plain();
        if (a.present(1).isEmpty() && a.present(2).isEmpty()) {
            return new int[] {0, text.length()};
        }
        int size = self.string().codePoints();
        int start = bound(a.present(1).isEmpty() ? 0 : a.integer(1), size);
        int end = Math.min(bound(a.present(2).isEmpty() ? size : a.integer(2), size), size);
        int from = text.offsetByCodePoints(0, Math.min(start, size));
        return new int[] {from, end < start ? -1 : text.offsetByCodePoints(0, end)};
    }

    private static int bound(int bound, int size) {
        return Math.max(0, bound < 0 ? bound + size : bound);
    }

    private static JinjaValue affix(JinjaValue.Text self, JinjaArguments.Bound a, boolean prefix) {
        int[] window = window(self, a);
        if (window[1] < 0) {
            return JinjaValue.FALSE;
        }
        String text = self.plain().substring(window[0], window[1]);
        List<JinjaValue> candidates = a.at(0) instanceof JinjaValue.Sequence sequence && !sequence.isList()
                ? sequence.items()
                : List.of(a.at(0));
        for (JinjaValue candidate : candidates) {
            if (!(candidate instanceof JinjaValue.Text affix)) {
                throw new JinjaError((prefix ? "startswith" : "endswith")
                        + " first arg must be str or a tuple of str, not " + candidate.typeName());
            }
            if (prefix ? text.startsWith(affix.plain()) : text.endsWith(affix.plain())) {
                return JinjaValue.TRUE;
            }
        }
        return JinjaValue.FALSE;
    }

    /** Where the substring is, in code points; -1 if it is not there. */
    private static int find(JinjaValue.Text self, JinjaArguments.Bound a, boolean last) {
        int[] window = window(self, a);
        if (window[1] < 0) {
            return -1;
        }
        String sub = a.text(0).text();
        String text = self.plain().substring(0, window[1]);
        int at = last ? text.lastIndexOf(sub) : text.indexOf(sub, window[0]);
        return at < window[0] ? -1 : text.codePointCount(0, at);
    }

    private static int found(int at) {
        if (at < 0) {
            throw new JinjaError("substring not found");
        }
        return at;
    }

    private static JinjaValue count(JinjaRun run, JinjaValue.Text self, JinjaArguments.Bound a) {
        int[] window = window(self, a);
        String sub = a.text(0).text();
        if (window[1] < 0) {
            return JinjaValue.Int.ZERO;
        }
        String text = self.plain().substring(window[0], window[1]);
        if (sub.isEmpty()) {
            return JinjaValue.of(text.codePointCount(0, text.length()) + 1);
        }
        int count = 0;
        for (int at = text.indexOf(sub); at >= 0; at = text.indexOf(sub, at + sub.length())) {
            run.work(1);
            count++;
        }
        return JinjaValue.of(count);
    }

    private static JinjaValue replace(JinjaRun run, JinjaValue.Text self, JinjaArguments.Bound a) {
        int limit = a.present(2).isEmpty() ? -1 : a.integer(2);
        JinjaString replaced = replace(run, self.string(), a.text(0).text(), a.text(1), limit);
        return new JinjaValue.Text(replaced, self.markup());
    }

    /** Replaces at most {@code limit} times; without limit below 0. An empty old stands before every character. */
    static JinjaString replace(JinjaRun run, JinjaString string, String old, JinjaString replacement, int limit) {
        String text = string.text();
        JinjaStringBuilder out = new JinjaStringBuilder(run);
        int from = 0;
        int found = text.indexOf(old);
        for (int count = 0; found >= 0 && (limit < 0 || count < limit); count++) {
            run.work(1);
            out.append(string, from, found).append(replacement);
            from = found + old.length();
            int next = old.isEmpty() ? nextPlace(text, found) : from;
            found = next > text.length() ? -1 : text.indexOf(old, next);
        }
        return out.append(string, from, text.length()).build();
    }

    private static int nextPlace(String text, int at) {
        return at < text.length() ? at + Character.charCount(text.codePointAt(at)) : text.length() + 1;
    }

    private static JinjaValue split(JinjaRun run, JinjaValue.Text self, JinjaArguments.Bound a, boolean fromEnd) {
        int splits = a.integer(1, -1);
        run.characters(self.string().length(), 0);
        List<JinjaValue> parts;
        if (a.present(0).isEmpty()) {
            parts = fromEnd
                    ? JinjaSplitting.rsplit(self.string(), splits)
                    : JinjaSplitting.split(self.string(), splits);
        } else {
            String separator = a.text(0).text();
            parts = fromEnd
                    ? JinjaSplitting.rsplit(self.string(), separator, splits)
                    : JinjaSplitting.split(self.string(), separator, splits);
        }
        run.elements(parts.size());
        return JinjaValue.list(parts);
    }

    private static JinjaValue splitLines(JinjaRun run, JinjaValue.Text self, JinjaArguments.Bound a) {
        List<JinjaValue> lines = new ArrayList<>();
        for (JinjaString line : JinjaSplitting.lines(self.string(), a.flag(0, false))) {
            lines.add(new JinjaValue.Text(line, self.markup()));
        }
        run.elements(lines.size());
        return JinjaValue.list(lines);
    }

    private static JinjaValue join(JinjaRun run, JinjaValue.Text self, JinjaArguments.Bound a) {
        JinjaStringBuilder out = new JinjaStringBuilder(run);
        List<JinjaValue> items = JinjaOperators.elements(run, a.at(0));
        for (int i = 0; i < items.size(); i++) {
            if (!(items.get(i) instanceof JinjaValue.Text item)) {
                throw new JinjaError("sequence item " + i + ": expected str instance, "
                        + items.get(i).typeName() + " found");
            }
            out.append(i > 0 ? self.string() : JinjaString.EMPTY);
            out.append(self.markup() ? JinjaHtml.escape(run, item) : item.string());
        }
        return new JinjaValue.Text(out.build(), self.markup());
    }

    private static JinjaValue removed(JinjaValue.Text self, String affix, boolean prefix) {
        JinjaString string = self.string();
        if (prefix && self.plain().startsWith(affix)) {
            string = string.substring(affix.length());
        } else if (!prefix && self.plain().endsWith(affix)) {
            string = string.substring(0, string.length() - affix.length());
        }
        return new JinjaValue.Text(string, self.markup());
    }

    private static JinjaString fill(JinjaArguments.Bound a) {
        JinjaString fill = a.text(1, " ");
        if (fill.codePoints() != 1) {
            throw new JinjaError("The fill character must be exactly one character long");
        }
        return fill;
    }

    private static JinjaValue formatMap(JinjaRun run, JinjaValue.Text self, JinjaArguments.Bound a) {
        if (!(a.at(0) instanceof JinjaDict dict)) {
            throw new JinjaError("format_map() argument: " + a.at(0).typeName() + " (expected: dict)");
        }
        Map<String, JinjaValue> named = new HashMap<>();
        for (JinjaDict.Entry entry : dict.entries()) {
            if (entry.key() instanceof JinjaValue.Text key) {
                named.put(key.plain(), entry.value());
            }
        }
        return JinjaValue.of(JinjaBraceFormat.format(run, self.string(), new JinjaArguments(List.of(), named)));
    }
}
