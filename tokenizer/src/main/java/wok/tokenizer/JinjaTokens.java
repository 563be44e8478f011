package wok.tokenizer;

import java.util.List;
import wok.tokenizer.JinjaToken.Kind;

/** A place in the tokens of a template, for its two parsers; also counts how deep they are. One use, one thread. */
final class JinjaTokens {
    private final String name;
    private final List<JinjaToken> tokens;
    private int position;
    private int depth;

    JinjaTokens(String name, List<JinjaToken> tokens) {
        this.name = name;
        this.tokens = tokens;
    }

    JinjaToken current() {
        return tokens.get(position);
    }

    JinjaToken ahead() {
        return tokens.get(Math.min(position + 1, tokens.size() - 1));
    }

    int line() {
        return current().line();
    }

    JinjaToken next() {
        JinjaToken token = current();
        if (position < tokens.size() - 1) {
            position++;
        }
        return token;
    }

    boolean isOperator(String operator) {
        return current().isOperator(operator);
    }

    boolean isName(String word) {
        return current().isName(word);
    }

    boolean skipOperator(String operator) {
        boolean found = isOperator(operator);
        if (found) {
            next();
        }
        return found;
    }

    boolean skipName(String word) {
        boolean found = isName(word);
        if (found) {
            next();
        }
        return found;
    }

    void expectOperator(String operator) {
        if (!skipOperator(operator)) {
            throw failure("expected '" + operator + "', got " + current().described());
        }
    }

    void expectName(String word) {
        if (!skipName(word)) {
            throw failure("expected '" + word + "', got " + current().described());
        }
    }

    JinjaToken expect(Kind kind, String what) {
        if (current().kind() != kind) {
            throw failure("expected " + what + ", got " + current().described());
        }
        return next();
    }

    /** Goes one level down; {@link #leave} with the number of levels must follow. */
    void enter() {
        if (++depth > JinjaLimits.NESTING_MAX) {
            throw failure("nested too deeply (limit: " + JinjaLimits.NESTING_MAX + " levels)");
        }
    }

    void leave(int levels) {
        depth -= levels;
    }

    TemplateException failure(String message) {
        return failure(line(), message);
    }

    TemplateException failure(int line, String message) {
        return TemplateException.at(name, line, message);
    }
}
