package wok.tokenizer;

import java.util.Locale;
import java.util.function.IntPredicate;

/** Upper, lower and title case as Python's str has them. Stateless. */
final class JinjaCases {
    private JinjaCases() {}

    static String capitalized(String text) {
        if (text.isEmpty()) {
            return text;
        }
        int first = Character.charCount(text.codePointAt(0));
        String rest = text.toLowerCase(Locale.ROOT);
        String lowerFirst = text.substring(0, first).toLowerCase(Locale.ROOT);
        return titled(text.codePointAt(0)) + rest.substring(Math.min(lowerFirst.length(), rest.length()));
    }

    private static String titled(int c) {
        String upper = Character.toString(c).toUpperCase(Locale.ROOT);
        int title = Character.toTitleCase(c);
        if (upper.codePointCount(0, upper.length()) > 1) {
            int first = Character.charCount(upper.codePointAt(0));
            return upper.substring(0, first) + upper.substring(first).toLowerCase(Locale.ROOT);
        }
        return Character.toString(title);
    }

    /** str.title: a letter begins a word where none stands before it. */
    static String title(String text) {
        StringBuilder out = new StringBuilder(text.length());
        boolean inside = false;
        for (int at = 0; at < text.length(); ) {
            int c = text.codePointAt(at);
            out.append(inside ? Character.toString(c).toLowerCase(Locale.ROOT) : titled(c));
            inside = JinjaText.isCased(c);
            at += Character.charCount(c);
        }
        return out.toString();
    }

    static String swapped(String text) {
        StringBuilder out = new StringBuilder(text.length());
        text.codePoints().forEach(c -> {
            String character = Character.toString(c);
            out.append(
                    Character.isUpperCase(c) ? character.toLowerCase(Locale.ROOT) : character.toUpperCase(Locale.ROOT));
        });
        return out.toString();
    }

    /** Whether there is a letter with a case and all of them pass. */
    static boolean isAll(String text, IntPredicate passes) {
        return text.codePoints().anyMatch(JinjaText::isCased)
                && text.codePoints().allMatch(passes);
    }

    static boolean isTitle(String text) {
        boolean found = false;
        boolean inside = false;
        for (int c : text.codePoints().toArray()) {
            boolean upper = Character.isUpperCase(c) || Character.isTitleCase(c);
            if ((upper && inside) || (Character.isLowerCase(c) && !inside)) {
                return false;
            }
            inside = JinjaText.isCased(c);
            found |= inside;
        }
        return found;
    }

    /** The filter title: words begin behind blanks, hyphens and opening brackets. */
    static String titleWords(String text) {
        StringBuilder out = new StringBuilder(text.length());
        int at = 0;
        while (at < text.length()) {
            int end = at;
            boolean separator = isSeparator(text.charAt(at));
            while (end < text.length() && isSeparator(text.charAt(end)) == separator) {
                end++;
            }
            int first = at + Character.charCount(text.codePointAt(at));
            out.append(text.substring(at, first).toUpperCase(Locale.ROOT));
            out.append(text.substring(first, end).toLowerCase(Locale.ROOT));
            at = end;
        }
        return out.toString();
    }

    private static boolean isSeparator(char c) {
        return JinjaText.isSpace(c) || "-({[<".indexOf(c) >= 0;
    }
}
