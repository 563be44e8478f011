package wok.formats;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A strict recursive-descent parser for JSON in UTF-8 (RFC 8259), for files that may be hostile: depth is limited,
 * duplicate keys, control characters in strings, malformed UTF-8 and text behind the value are refused. One use, one
 * thread.
 */
final class JsonParser {
    /** Deeper nesting than any published file has; far from the end of a thread's stack. */
    static final int DEPTH_MAX = 256;

    private static final int NUMBER_LENGTH_MAX = 400;

    private final String name;
    private final byte[] text;
    private int position;
    private int depth;

    JsonParser(String name, byte[] text) {
        this.name = name;
        this.text = text;
    }

    Json parse() {
        skipSpace();
        Json value = value();
        skipSpace();
        if (position < text.length) {
            throw failure("text behind the value", found(), "the end");
        }
        return value;
    }

    private Json value() {
        return switch (peek()) {
            case '{' -> object();
            case '[' -> array();
            case '"' -> new Json.Str(string());
            case 't' -> word("true", Json.of(true));
            case 'f' -> word("false", Json.of(false));
            case 'n' -> word("null", Json.NULL);
            default -> number();
        };
    }

    private Json object() {
        enter();
        Map<String, Json> members = new LinkedHashMap<>();
        if (peek() == '}') {
            position++;
        } else {
            do {
                skipSpace();
                int keyOffset = position;
                if (peek() != '"') {
                    throw failure("key", found(), "a string");
                }
                String key = string();
                skipSpace();
                if (peek() != ':') {
                    throw failure("object", found(), "':'");
                }
                position++;
                skipSpace();
                if (members.put(key, value()) != null) {
                    throw new MalformedModelException(
                            name, keyOffset, "key", "\"" + key + "\" again", "each key once in an object");
                }
            } while (another('}'));
        }
        depth--;
        return new Json.Obj(members);
    }

    private Json array() {
        enter();
        List<Json> elements = new ArrayList<>();
        if (peek() == ']') {
            position++;
        } else {
            do {
                skipSpace();
                elements.add(value());
            } while (another(']'));
        }
        depth--;
        return new Json.Arr(elements);
    }

    private void enter() {
        if (++depth > DEPTH_MAX) {
            throw failure("nesting", "more than " + DEPTH_MAX + " levels", DEPTH_MAX + " at most");
        }
        position++;
        skipSpace();
    }

    private boolean another(char end) {
        skipSpace();
        int next = peek();
        if (next != ',' && next != end) {
            throw failure("list", found(), "',' or '" + end + "'");
        }
        position++;
        return next == ',';
    }

    private Json word(String word, Json value) {
        for (int i = 0; i < word.length(); i++) {
            if (position + i >= text.length || text[position + i] != word.charAt(i)) {
                throw failure("value", found(), word);
            }
        }
        position += word.length();
        return value;
    }

    private Json number() {
        int start = position;
        if (peek() == '-') {
            position++;
        }
        if (peek() == '0') {
            position++;
        } else {
            digits();
        }
        if (peek() == '.') {
            position++;
            digits();
        }
        if (peek() == 'e' || peek() == 'E') {
            position++;
            if (peek() == '+' || peek() == '-') {
                position++;
            }
            digits();
        }
        if (position - start > NUMBER_LENGTH_MAX) {
            throw failure("number", position - start + " characters", NUMBER_LENGTH_MAX + " at most");
        }
        return new Json.Num(new String(text, start, position - start, StandardCharsets.US_ASCII));
    }

    private void digits() {
        int start = position;
        while (peek() >= '0' && peek() <= '9') {
            position++;
        }
        if (position == start) {
            throw failure("value", found(), "a JSON value");
        }
    }

    private String string() {
        int start = ++position;
        while (position < text.length && text[position] != '"' && text[position] != '\\' && plain(text[position])) {
            position++;
        }
        if (peek() == '"') {
            return utf8(start, position++);
        }
        StringBuilder builder = new StringBuilder(utf8(start, position));
        while (true) {
            int next = peek();
            if (next == '"') {
                position++;
                return builder.toString();
            } else if (next == '\\') {
                position++;
                escape(builder);
            } else if (next < 0 || !plain((byte) next)) {
                throw failure("string", found(), "a closing quote; control characters escaped");
            } else {
                int run = position;
                while (position < text.length
                        && text[position] != '"'
                        && text[position] != '\\'
                        && plain(text[position])) {
                    position++;
                }
                builder.append(utf8(run, position));
            }
        }
    }

    private static boolean plain(byte b) {
        return b < 0 || b >= 0x20;
    }

    private String utf8(int from, int to) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(java.nio.ByteBuffer.wrap(text, from, to - from))
                    .toString();
        } catch (java.nio.charset.CharacterCodingException e) {
            throw new MalformedModelException(name, from, "string", "malformed UTF-8", "UTF-8");
        }
    }

    private void escape(StringBuilder builder) {
        int c = peek();
        position++;
        switch (c) {
            case '"', '\\', '/' -> builder.append((char) c);
            case 'b' -> builder.append('\b');
            case 'f' -> builder.append('\f');
            case 'n' -> builder.append('\n');
            case 'r' -> builder.append('\r');
            case 't' -> builder.append('\t');
            case 'u' -> builder.append(hex4());
            default -> {
                position--;
                throw failure("escape", found(), "one of \" \\ / b f n r t u");
            }
        }
    }

    private char hex4() {
        int value = 0;
        for (int i = 0; i < 4; i++) {
            int digit = Character.digit(peek(), 16);
            if (digit < 0 || peek() > 'f') {
                throw failure("escape", found(), "four hexadecimal digits");
            }
            value = value << 4 | digit;
            position++;
        }
        return (char) value;
    }

    private void skipSpace() {
        while (position < text.length
                && (text[position] == ' '
                        || text[position] == '\n'
                        || text[position] == '\t'
                        || text[position] == '\r')) {
            position++;
        }
    }

    private int peek() {
        return position < text.length ? text[position] & 0xff : -1;
    }

    private String found() {
        int next = peek();
        if (next < 0) {
            return "the end";
        }
        return next >= 0x20 && next < 0x7f ? "'" + (char) next + "'" : "byte 0x" + Integer.toHexString(next);
    }

    private MalformedModelException failure(String field, String found, String expected) {
        return new MalformedModelException(name, position, field, found, expected);
    }
}
