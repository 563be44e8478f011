package wok.formats;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A strict recursive-descent parser for JSON in UTF-8 (RFC 8259), for files that may be hostile: depth and the number
 * of values are limited, duplicate keys, control characters in strings, malformed UTF-8 and text behind the value are
 * refused. An escaped lone surrogate, which the grammar allows, is kept. One use, one thread.
 */
final class JsonParser {
    /** Deeper nesting than any published file has; far from the end of a thread's stack. */
    static final int DEPTH_MAX = 256;

    /**
     * All values and keys together. A value takes up to some hundred bytes of heap for as few as two of text, so this
     * bounds the heap to some 400 MiB; a tokenizer.json with 262 144 tokens and 514 906 merges has 2.1 million.
     */
    static final int VALUES_MAX = 1 << 22;

    /** One string in the text; a picture in a request is some megabytes. */
    static final int STRING_BYTES_MAX = 64 << 20;

    /** Characters of one number. */
    static final int NUMBER_LENGTH_MAX = 400;

    private static final Json.Obj EMPTY = Json.Obj.of();

    private final String name;
    private final byte[] text;
    private final long offset;
    private int position;
    private int depth;
    private int values;

    JsonParser(String name, byte[] text) {
        this(name, text, 0);
    }

    /**
     * @param name what to call the text in errors
     * @param offset where the text starts in its file, for errors
     */
    JsonParser(String name, byte[] text, long offset) {
        this.name = name;
        this.text = text;
        this.offset = offset;
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
        count();
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
                count();
                String key = string();
                skipSpace();
                if (peek() != ':') {
                    throw failure("object", found(), "':'");
                }
                position++;
                skipSpace();
                if (members.put(key, value()) != null) {
                    throw new MalformedModelException(
                            name, offset + keyOffset, "key", Json.of(key) + " again", "each key once in an object");
                }
            } while (another('}'));
        }
        depth--;
        return members.isEmpty() ? EMPTY : new Json.Obj(members);
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

    private void count() {
        if (++values > VALUES_MAX) {
            throw failure("text", "more than " + VALUES_MAX + " values and keys", VALUES_MAX + " at most");
        }
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
        position++;
        String first = run();
        if (peek() == '"') {
            position++;
            return first;
        }
        StringBuilder builder = new StringBuilder(first);
        while (peek() != '"') {
            if (peek() != '\\') {
                throw failure("string", found(), "a closing quote; control characters escaped");
            }
            position++;
            escape(builder);
            builder.append(run());
            requireStringLength(builder.length());
        }
        position++;
        return builder.toString();
    }

    /** Characters that stand for themselves, up to a quote, an escape, a control character or the end. */
    private String run() {
        int start = position;
        boolean ascii = true;
        while (position < text.length && text[position] != '"' && text[position] != '\\') {
            if (text[position] < 0) {
                ascii = false;
            } else if (text[position] < 0x20) {
                break;
            }
            position++;
        }
        requireStringLength(position - start);
        return ascii ? new String(text, start, position - start, StandardCharsets.ISO_8859_1) : utf8(start, position);
    }

    private void requireStringLength(int length) {
        if (length > STRING_BYTES_MAX) {
            throw failure("string", "more than " + STRING_BYTES_MAX + " bytes", STRING_BYTES_MAX + " at most");
        }
    }

    private String utf8(int from, int to) {
        ByteBuffer bytes = ByteBuffer.wrap(text, from, to - from);
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(bytes).toString();
        } catch (CharacterCodingException e) {
            throw new MalformedModelException(name, offset + bytes.position(), "string", "malformed UTF-8", "UTF-8");
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
            if (digit < 0) {
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
        return new MalformedModelException(name, offset + position, field, found, expected);
    }
}
