package wok.tokenizer;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import wok.tokenizer.JinjaToken.Kind;

/**
 * From a template's source to its tokens, with the whitespace rules that transformers asks Jinja2 for: trim_blocks
 * (the newline behind a block or comment goes), lstrip_blocks (the blanks before one that starts its line go), one
 * newline at the end of the source goes; a '-' in a delimiter takes all whitespace on its side, a '+' keeps it. All
 * newlines become \n. Line statements are off, as there. One use, one thread.
 */
final class JinjaLexer {
    private static final String[] OPERATORS = {
        "//", "**", "==", "!=", ">=", "<=", "+", "-", "/", "*", "%", "~", "[", "]", "(", ")", "{", "}", ">", "<", "=",
        ".", ":", "|", ",", ";"
    };

    private final String name;
    private final String source;
    private final List<JinjaToken> tokens = new ArrayList<>();
    private final Deque<String> open = new ArrayDeque<>();
    private int position;
    private int line = 1;
    private boolean lineStarting = true;

    /**
     * @param name what to call the template in errors
     */
    JinjaLexer(String name, String source) {
        this.name = name;
        String normal = source.replace("\r\n", "\n").replace('\r', '\n');
        this.source = normal.endsWith("\n") ? normal.substring(0, normal.length() - 1) : normal;
    }

    List<JinjaToken> tokens() {
        while (position < source.length()) {
            int start = nextTag(position);
            if (start < 0) {
                add(Kind.DATA, source.substring(position));
                position = source.length();
            } else {
                tag(start);
            }
        }
        add(Kind.END, "");
        return tokens;
    }

    private int nextTag(int from) {
        for (int at = source.indexOf('{', from); at >= 0; at = source.indexOf('{', at + 1)) {
            char next = at + 1 < source.length() ? source.charAt(at + 1) : ' ';
            if (next == '{' || next == '%' || next == '#') {
                return at;
            }
        }
        return -1;
    }

    private void tag(int start) {
        char kind = source.charAt(start + 1);
        int inside = start + 2;
        char sign = at(inside);
        if (sign == '-' || sign == '+') {
            inside++;
        }
        data(position, start, sign, kind != '{');
        int rawEnd = kind == '%' ? rawBegin(inside) : -1;
        if (rawEnd >= 0) {
            advance(start, rawEnd);
            raw();
        } else if (kind == '#') {
            advance(start, inside);
            comment();
        } else {
            advance(start, inside);
            code(kind == '%');
        }
    }

    /** Emits the text before a tag, stripped as the tag's sign says. */
    private void data(int from, int to, char sign, boolean block) {
        int end = to;
        if (sign == '-') {
            while (end > from && JinjaText.isSpace(source.charAt(end - 1))) {
                end--;
            }
        } else if (sign != '+' && block) {
            int lineStart = to;
            while (lineStart > from && source.charAt(lineStart - 1) != '\n') {
                lineStart--;
            }
            if ((lineStart > from || lineStarting) && isBlank(lineStart, to)) {
                end = lineStart;
            }
        }
        if (end > from) {
            add(Kind.DATA, source.substring(from, end));
        }
        countLines(from, to);
    }

    private boolean isBlank(int from, int to) {
        for (int i = from; i < to; i++) {
            if (!JinjaText.isSpace(source.charAt(i))) {
                return false;
            }
        }
        return true;
    }

    /** The offset behind "raw %}" if that is what stands here, else -1. */
    private int rawBegin(int inside) {
        int at = skipSpace(inside);
        if (!source.startsWith("raw", at)) {
            return -1;
        }
        at = skipSpace(at + 3);
        if (source.startsWith("-%}", at)) {
            return skipSpace(at + 3);
        }
        return source.startsWith("%}", at) ? at + 2 : -1;
    }

    private void raw() {
        for (int at = source.indexOf("{%", position); at >= 0; at = source.indexOf("{%", at + 1)) {
            char sign = at(at + 2);
            int word = skipSpace(sign == '-' || sign == '+' ? at + 3 : at + 2);
            int end = source.startsWith("endraw", word) ? blockEnd(skipSpace(word + 6)) : -1;
            if (end >= 0) {
                data(position, at, sign, true);
                advance(at, end);
                return;
            }
        }
        throw failure("Missing end of raw directive");
    }

    private void comment() {
        int close = source.indexOf("#}", position);
        if (close < 0) {
            throw failure("Missing end of comment tag");
        }
        int end = close + 2;
        char sign = close > position ? source.charAt(close - 1) : ' ';
        if (sign == '-') {
            end = skipSpace(end);
        } else if (sign != '+' && at(end) == '\n') {
            end++;
        }
        advance(position, end);
    }

    /** The offset behind the end of a block if it stands here, else -1. */
    private int blockEnd(int at) {
        if (source.startsWith("-%}", at)) {
            return skipSpace(at + 3);
        }
        if (source.startsWith("+%}", at)) {
            return at + 3;
        }
        if (source.startsWith("%}", at)) {
            return at(at + 2) == '\n' ? at + 3 : at + 2;
        }
        return -1;
    }

    private int variableEnd(int at) {
        if (source.startsWith("-}}", at)) {
            return skipSpace(at + 3);
        }
        return source.startsWith("}}", at) ? at + 2 : -1;
    }

    private void code(boolean block) {
        add(block ? Kind.BLOCK_BEGIN : Kind.VARIABLE_BEGIN, "");
        open.clear();
        while (position < source.length()) {
            int end = open.isEmpty() ? (block ? blockEnd(position) : variableEnd(position)) : -1;
            if (end >= 0) {
                add(block ? Kind.BLOCK_END : Kind.VARIABLE_END, "");
                advance(position, end);
                return;
            }
            char c = source.charAt(position);
            if (JinjaText.isSpace(c)) {
                advance(position, skipSpace(position));
            } else if (c >= '0' && c <= '9') {
                number();
            } else if (c == '_' || Character.isUnicodeIdentifierStart(source.codePointAt(position))) {
                word();
            } else if (c == '\'' || c == '"') {
                string(c);
            } else {
                operator();
            }
        }
    }

    private void number() {
        boolean behindDot = position > 0 && source.charAt(position - 1) == '.';
        int end = behindDot ? -1 : JinjaNumbers.floatEnd(source, position);
        Kind kind = end >= 0 ? Kind.FLOAT : Kind.INTEGER;
        end = end >= 0 ? end : JinjaNumbers.integerEnd(source, position);
        add(kind, source.substring(position, end));
        advance(position, end);
    }

    private void word() {
        int end = position;
        while (end < source.length() && isWordPart(source.codePointAt(end))) {
            end += Character.charCount(source.codePointAt(end));
        }
        add(Kind.NAME, source.substring(position, end));
        advance(position, end);
    }

    private static boolean isWordPart(int codePoint) {
        return codePoint == '_'
                || (Character.isUnicodeIdentifierPart(codePoint) && !Character.isIdentifierIgnorable(codePoint));
    }

    private void string(char quote) {
        int end = position + 1;
        while (end < source.length() && source.charAt(end) != quote) {
            end += source.charAt(end) == '\\' ? 2 : 1;
        }
        if (end >= source.length()) {
            throw failure("unexpected char " + quote + ": the string has no end");
        }
        String literal = source.substring(position + 1, end);
        try {
            add(Kind.STRING, JinjaText.unescape(literal));
        } catch (JinjaError error) {
            throw failure(error.reason());
        }
        advance(position, end + 1);
    }

    private void operator() {
        for (String operator : OPERATORS) {
            if (source.startsWith(operator, position)) {
                balance(operator);
                add(Kind.OPERATOR, operator);
                advance(position, position + operator.length());
                return;
            }
        }
        throw failure("unexpected char '" + Character.toString(source.codePointAt(position)) + "'");
    }

    private void balance(String operator) {
        switch (operator) {
            case "(" -> open.push(")");
            case "[" -> open.push("]");
            case "{" -> open.push("}");
            case ")", "]", "}" -> {
                if (open.isEmpty() || !open.pop().equals(operator)) {
                    throw failure("unexpected '" + operator + "'");
                }
            }
            default -> {}
        }
    }

    private void add(Kind kind, String text) {
        tokens.add(new JinjaToken(kind, text, line));
    }

    private void advance(int from, int to) {
        countLines(from, to);
        lineStarting = to > from && source.charAt(to - 1) == '\n';
        position = to;
    }

    private void countLines(int from, int to) {
        for (int i = from; i < to; i++) {
            if (source.charAt(i) == '\n') {
                line++;
            }
        }
    }

    private char at(int offset) {
        return offset < source.length() ? source.charAt(offset) : ' ';
    }

    private int skipSpace(int from) {
        int at = from;
        while (at < source.length() && JinjaText.isSpace(source.charAt(at))) {
            at++;
        }
        return at;
    }

    private TemplateException failure(String message) {
        return TemplateException.at(name, line, message);
    }
}
