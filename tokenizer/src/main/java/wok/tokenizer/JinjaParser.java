package wok.tokenizer;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import wok.tokenizer.JinjaNode.Expression;
import wok.tokenizer.JinjaNode.Filter;
import wok.tokenizer.JinjaNode.Statement;
import wok.tokenizer.JinjaNode.Target;
import wok.tokenizer.JinjaToken.Kind;

/**
 * The statements of a template. What Jinja2 has and chat templates must not need (other templates: include, import,
 * extends) is refused by name. One use, one thread.
 */
final class JinjaParser {
    private static final Set<String> ELSEWHERE = Set.of("include", "import", "from", "extends");

    private final JinjaTokens tokens;
    private final JinjaExpressionParser expressions;
    private final Set<String> blocks = new HashSet<>();
    private int loops;

    private JinjaParser(String name, List<JinjaToken> tokens) {
        this.tokens = new JinjaTokens(name, tokens);
        this.expressions = new JinjaExpressionParser(this.tokens);
    }

    /**
     * The statements of a source.
     *
     * @throws TemplateException with the line of the first syntax error, or of a filter or test that does not exist
     */
    static List<Statement> parse(String name, String source) {
        if (source.length() > JinjaLimits.SOURCE_MAX) {
            throw TemplateException.at(
                    name, 1, source.length() + " characters (limit: " + JinjaLimits.SOURCE_MAX + ")");
        }
        JinjaParser parser = new JinjaParser(name, new JinjaLexer(name, source).tokens());
        List<Statement> statements = parser.statements(List.of());
        JinjaNameCheck.check(name, statements);
        return statements;
    }

    /** Statements up to a tag with one of these names, which is left at its name; up to the end if there are none. */
    private List<Statement> statements(List<String> ends) {
        List<Statement> body = new ArrayList<>();
        tokens.enter();
        while (true) {
            JinjaToken token = tokens.next();
            switch (token.kind()) {
                case DATA -> body.add(new JinjaNode.Data(JinjaString.trusted(token.text()), token.line()));
                case VARIABLE_BEGIN -> {
                    body.add(new JinjaNode.Print(expressions.tuple(true, false), token.line()));
                    tokens.expect(Kind.VARIABLE_END, "end of print statement");
                }
                case BLOCK_BEGIN -> {
                    if (tokens.current().kind() == Kind.NAME
                            && ends.contains(tokens.current().text())) {
                        tokens.leave(1);
                        return body;
                    }
                    body.addAll(statement());
                    tokens.expect(Kind.BLOCK_END, "end of statement block");
                }
                default -> {
                    if (!ends.isEmpty()) {
                        throw tokens.failure(
                                "unexpected end of template (expected: " + String.join(" or ", ends) + ")");
                    }
                    tokens.leave(1);
                    return body;
                }
            }
        }
    }

    /** The body of a block whose tag is still open; the end tag's name is skipped. */
    private List<Statement> body(String end) {
        List<Statement> body = open(List.of(end));
        tokens.next();
        return body;
    }

    private List<Statement> open(List<String> ends) {
        tokens.skipOperator(":");
        tokens.expect(Kind.BLOCK_END, "end of statement block");
        return statements(ends);
    }

    private List<Statement> statement() {
        JinjaToken tag = tokens.expect(Kind.NAME, "a tag's name");
        int line = tag.line();
        return switch (tag.text()) {
            case "for" -> List.of(loop(line));
            case "if" -> List.of(condition(line));
            case "set" -> List.of(set(line));
            case "macro" -> List.of(macro(line));
            case "call" -> List.of(callBlock(line));
            case "filter" -> List.of(filterBlock(line));
            case "with" -> List.of(with(line));
            case "block" -> List.of(block(line));
            case "print" -> prints(line);
            case "generation" -> List.of(new JinjaNode.Generation(detached(() -> body("endgeneration")), line));
            case "break", "continue" -> List.of(jump(tag));
            case "autoescape" -> autoescape(line);
            default -> throw refused(tag);
        };
    }

    private TemplateException refused(JinjaToken tag) {
        return tokens.failure(
                tag.line(),
                ELSEWHERE.contains(tag.text())
                        ? "'" + tag.text() + "' is not supported: a chat template stands alone"
                        : "unknown tag '" + tag.text() + "'");
    }

    private Statement loop(int line) {
        Target target = target(false);
        tokens.expectName("in");
        Expression iterable = expressions.tuple(false, false);
        Optional<Expression> test = tokens.skipName("if") ? Optional.of(expressions.expression()) : Optional.empty();
        boolean recursive = tokens.skipName("recursive");
        loops++;
        List<Statement> body = open(List.of("endfor", "else"));
        loops--;
        List<Statement> otherwise = tokens.next().isName("else") ? body("endfor") : List.of();
        return new JinjaNode.For(target, iterable, test, recursive, body, otherwise, line);
    }

    private Statement condition(int line) {
        List<Expression> tests = new ArrayList<>();
        List<List<Statement>> bodies = new ArrayList<>();
        List<String> ends = List.of("elif", "else", "endif");
        JinjaToken end;
        do {
            tests.add(expressions.tuple(false, false));
            bodies.add(open(ends));
            end = tokens.next();
        } while (end.isName("elif"));
        List<Statement> otherwise = end.isName("else") ? body("endif") : List.of();
        return new JinjaNode.If(tests, bodies, otherwise, line);
    }

    private Statement set(int line) {
        Target target = target(true);
        if (tokens.skipOperator("=")) {
            return new JinjaNode.Set(target, expressions.tuple(true, false), line);
        }
        Optional<Filter> filter = Optional.empty();
        while (tokens.skipOperator("|")) {
            filter = Optional.of(expressions.filter(filter.map(inner -> (Expression) inner)));
        }
        return new JinjaNode.SetBlock(target, filter, body("endset"), line);
    }

    private Statement macro(int line) {
        String name = tokens.expect(Kind.NAME, "a macro's name").text();
        return new JinjaNode.Macro(callable(name, true, "endmacro", line), line);
    }

    /** A signature and a body: of a macro, or of a call block, whose signature stands before the call. */
    private JinjaNode.Callable callable(String name, boolean signature, String end, int line) {
        List<String> parameters = new ArrayList<>();
        List<Expression> defaults = new ArrayList<>();
        Set<String> before = expressions.collectNames();
        if (signature) {
            signature(parameters, defaults);
        }
        List<Statement> body = detached(() -> body(end));
        Set<String> read = expressions.namesRead(before);
        return new JinjaNode.Callable(
                name,
                parameters,
                defaults,
                body,
                read.contains("caller"),
                read.contains("kwargs"),
                read.contains("varargs"),
                line);
    }

    private void signature(List<String> parameters, List<Expression> defaults) {
        tokens.expectOperator("(");
        while (!tokens.isOperator(")")) {
            if (!parameters.isEmpty()) {
                tokens.expectOperator(",");
            }
            parameters.add(tokens.expect(Kind.NAME, "a parameter's name").text());
            if (tokens.skipOperator("=")) {
                defaults.add(expressions.expression());
            } else if (!defaults.isEmpty()) {
                throw tokens.failure("non-default argument follows default argument");
            }
        }
        tokens.next();
    }

    private Statement callBlock(int line) {
        List<String> parameters = new ArrayList<>();
        List<Expression> defaults = new ArrayList<>();
        if (tokens.isOperator("(")) {
            signature(parameters, defaults);
        }
        if (!(expressions.expression() instanceof JinjaNode.Call call)) {
            throw tokens.failure(line, "expected call");
        }
        JinjaNode.Callable body = callable("caller", false, "endcall", line);
        JinjaNode.Callable whole = new JinjaNode.Callable(
                "caller",
                parameters,
                defaults,
                body.body(),
                body.usesCaller(),
                body.usesKwargs(),
                body.usesVarargs(),
                line);
        return new JinjaNode.CallBlock(call, whole, line);
    }

    private Statement filterBlock(int line) {
        Filter filter = expressions.filter(Optional.empty());
        while (tokens.skipOperator("|")) {
            filter = expressions.filter(Optional.of(filter));
        }
        return new JinjaNode.FilterBlock(filter, body("endfilter"), line);
    }

    private Statement with(int line) {
        List<Target> targets = new ArrayList<>();
        List<Expression> values = new ArrayList<>();
        while (tokens.current().kind() != Kind.BLOCK_END) {
            if (!targets.isEmpty()) {
                tokens.expectOperator(",");
            }
            targets.add(target(false));
            tokens.expectOperator("=");
            values.add(expressions.expression());
        }
        return new JinjaNode.With(targets, values, body("endwith"), line);
    }

    private Statement block(int line) {
        String name = tokens.expect(Kind.NAME, "a block's name").text();
        boolean scoped = tokens.skipName("scoped");
        tokens.skipName("required");
        if (!blocks.add(name)) {
            throw tokens.failure(line, "block '" + name + "' defined twice");
        }
        List<Statement> body = detached(() -> body("endblock"));
        tokens.skipName(name);
        return new JinjaNode.Block(name, scoped, body, line);
    }

    private List<Statement> prints(int line) {
        List<Statement> prints = new ArrayList<>();
        do {
            prints.add(new JinjaNode.Print(expressions.expression(), line));
        } while (tokens.skipOperator(","));
        return prints;
    }

    private Statement jump(JinjaToken tag) {
        if (loops == 0) {
            throw tokens.failure(tag.line(), "'" + tag.text() + "' outside of a loop");
        }
        return tag.isName("break") ? new JinjaNode.Break(tag.line()) : new JinjaNode.Continue(tag.line());
    }

    /** Prompts are not HTML: autoescape may be switched off, which it is. */
    private List<Statement> autoescape(int line) {
        Expression value = expressions.expression();
        if (!(value instanceof JinjaNode.Constant(JinjaValue constant, int _) && constant.equals(JinjaValue.FALSE))) {
            throw tokens.failure(line, "autoescape is not supported: a prompt is not HTML");
        }
        List<Target> none = List.of();
        return List.of(new JinjaNode.With(none, List.of(), body("endautoescape"), line));
    }

    private interface Body {
        List<Statement> parse();
    }

    /** A body that break and continue can't leave. */
    private List<Statement> detached(Body body) {
        int outside = loops;
        loops = 0;
        List<Statement> statements = body.parse();
        loops = outside;
        return statements;
    }

    /** A name, a namespace's attribute where they are allowed, or several with commas between them. */
    private Target target(boolean namespaces) {
        int line = tokens.line();
        List<Target> targets = new ArrayList<>();
        boolean comma;
        do {
            targets.add(oneTarget(namespaces));
            comma = tokens.isOperator(",");
        } while (comma && behindComma());
        return targets.size() == 1 && !comma ? targets.getFirst() : new JinjaNode.TupleTarget(targets, line);
    }

    /** Skips a comma; whether another target stands behind it. */
    private boolean behindComma() {
        tokens.next();
        return !(tokens.isName("in") || tokens.isOperator("=") || tokens.isOperator(")"));
    }

    private Target oneTarget(boolean namespaces) {
        if (tokens.skipOperator("(")) {
            tokens.enter();
            Target inside = target(namespaces);
            tokens.leave(1);
            tokens.expectOperator(")");
            return inside;
        }
        JinjaToken name = tokens.expect(Kind.NAME, "a name to assign to");
        switch (name.text()) {
            case "true", "True", "false", "False", "none", "None" ->
                throw tokens.failure(name.line(), "can't assign to " + name.described());
            default -> {}
        }
        if (loops > 0 && name.isName("loop")) {
            throw tokens.failure(name.line(), "can't assign to the special variable 'loop' in a loop");
        }
        if (namespaces && tokens.skipOperator(".")) {
            String attribute = tokens.expect(Kind.NAME, "an attribute's name").text();
            return new JinjaNode.NamespaceTarget(name.text(), attribute, name.line());
        }
        return new JinjaNode.NameTarget(name.text(), name.line());
    }
}
