package wok.tokenizer;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import wok.tokenizer.JinjaNode.Arguments;
import wok.tokenizer.JinjaNode.Expression;
import wok.tokenizer.JinjaNode.Filter;
import wok.tokenizer.JinjaToken.Kind;

/**
 * Expressions of the template language, by recursive descent with Jinja2's precedence: if-else, or, and, not,
 * comparisons, + -, ~, * / // %, **, sign, then postfix (attribute, item, call) and filters and tests. One use, one
 * thread.
 */
final class JinjaExpressionParser {
    private static final Set<String> COMPARISONS = Set.of("==", "!=", "<", "<=", ">", ">=");
    private static final Set<String> PRODUCTS = Set.of("*", "/", "//", "%");
    private static final Set<Kind> TEST_ARGUMENT_STARTS = Set.of(Kind.NAME, Kind.STRING, Kind.INTEGER, Kind.FLOAT);

    private final JinjaTokens tokens;
    private Set<String> namesRead = new HashSet<>();

    JinjaExpressionParser(JinjaTokens tokens) {
        this.tokens = tokens;
    }

    /** Starts to collect the names that are read from here on; returns those collected so far. */
    Set<String> collectNames() {
        Set<String> before = namesRead;
        namesRead = new HashSet<>();
        return before;
    }

    /** The names read since {@link #collectNames}, which also count as read outside. */
    Set<String> namesRead(Set<String> before) {
        Set<String> read = namesRead;
        before.addAll(read);
        namesRead = before;
        return read;
    }

    Expression expression() {
        tokens.enter();
        Expression value = or();
        int levels = 1;
        while (tokens.isName("if")) {
            int line = tokens.next().line();
            tokens.enter();
            levels++;
            Expression test = or();
            Optional<Expression> otherwise = tokens.skipName("else") ? Optional.of(expression()) : Optional.empty();
            value = new JinjaNode.Conditional(test, value, otherwise, line);
        }
        tokens.leave(levels);
        return value;
    }

    /** An expression, or several with commas between them: a tuple. */
    Expression tuple(boolean conditional, boolean mayBeEmpty) {
        int line = tokens.line();
        List<Expression> items = new ArrayList<>();
        boolean comma = false;
        while (!isTupleEnd(!items.isEmpty())) {
            items.add(conditional ? expression() : or());
            if (!tokens.skipOperator(",")) {
                break;
            }
            comma = true;
        }
        if (!comma && !items.isEmpty()) {
            return items.getFirst();
        }
        if (items.isEmpty() && !mayBeEmpty) {
            throw tokens.failure(
                    "expected an expression, got " + tokens.current().described());
        }
        return new JinjaNode.ListLiteral(items, true, line);
    }

    private boolean isTupleEnd(boolean behindComma) {
        Kind kind = tokens.current().kind();
        return kind == Kind.VARIABLE_END
                || kind == Kind.BLOCK_END
                || tokens.isOperator(")")
                || (behindComma && tokens.isName("recursive"));
    }

    Expression or() {
        Expression left = and();
        int levels = 0;
        while (tokens.isName("or")) {
            int line = tokens.next().line();
            tokens.enter();
            levels++;
            left = new JinjaNode.Logical(left, and(), false, line);
        }
        tokens.leave(levels);
        return left;
    }

    private Expression and() {
        Expression left = not();
        int levels = 0;
        while (tokens.isName("and")) {
            int line = tokens.next().line();
            tokens.enter();
            levels++;
            left = new JinjaNode.Logical(left, not(), true, line);
        }
        tokens.leave(levels);
        return left;
    }

    private Expression not() {
        if (!tokens.isName("not")) {
            return comparison();
        }
        int line = tokens.next().line();
        tokens.enter();
        Expression operand = not();
        tokens.leave(1);
        return new JinjaNode.Not(operand, line);
    }

    private Expression comparison() {
        int line = tokens.line();
        Expression first = sum();
        List<String> operators = new ArrayList<>();
        List<Expression> operands = new ArrayList<>();
        while (true) {
            JinjaToken token = tokens.current();
            if ((token.kind() == Kind.OPERATOR && COMPARISONS.contains(token.text())) || token.isName("in")) {
                tokens.next();
                operators.add(token.text());
            } else if (token.isName("not") && tokens.ahead().isName("in")) {
                tokens.next();
                tokens.next();
                operators.add("not in");
            } else {
                break;
            }
            operands.add(sum());
        }
        return operators.isEmpty() ? first : new JinjaNode.Compare(first, operators, operands, line);
    }

    private Expression sum() {
        Expression left = concatenation();
        int levels = 0;
        while (tokens.isOperator("+") || tokens.isOperator("-")) {
            JinjaToken operator = tokens.next();
            tokens.enter();
            levels++;
            left = new JinjaNode.Binary(operator.text(), left, concatenation(), operator.line());
        }
        tokens.leave(levels);
        return left;
    }

    private Expression concatenation() {
        int line = tokens.line();
        Expression first = product();
        if (!tokens.isOperator("~")) {
            return first;
        }
        List<Expression> parts = new ArrayList<>(List.of(first));
        while (tokens.skipOperator("~")) {
            parts.add(product());
        }
        return new JinjaNode.Concat(parts, line);
    }

    private Expression product() {
        Expression left = power();
        int levels = 0;
        while (tokens.current().kind() == Kind.OPERATOR
                && PRODUCTS.contains(tokens.current().text())) {
            JinjaToken operator = tokens.next();
            tokens.enter();
            levels++;
            left = new JinjaNode.Binary(operator.text(), left, power(), operator.line());
        }
        tokens.leave(levels);
        return left;
    }

    private Expression power() {
        Expression left = unary(true);
        int levels = 0;
        while (tokens.isOperator("**")) {
            JinjaToken operator = tokens.next();
            tokens.enter();
            levels++;
            left = new JinjaNode.Binary("**", left, unary(true), operator.line());
        }
        tokens.leave(levels);
        return left;
    }

    private Expression unary(boolean filters) {
        int line = tokens.line();
        boolean negative = tokens.isOperator("-");
        tokens.enter();
        Expression node;
        if (negative || tokens.isOperator("+")) {
            tokens.next();
            node = new JinjaNode.Signed(unary(false), negative, line);
        } else {
            node = primary();
        }
        node = postfix(node, filters);
        tokens.leave(1);
        return node;
    }

    /** A name, a literal or something in brackets. */
    Expression primary() {
        JinjaToken token = tokens.current();
        return switch (token.kind()) {
            case NAME -> name(tokens.next());
            case STRING -> string();
            case INTEGER -> new JinjaNode.Constant(number(tokens.next()), token.line());
            case FLOAT ->
                new JinjaNode.Constant(
                        new JinjaValue.Real(
                                Double.parseDouble(tokens.next().text().replace("_", ""))),
                        token.line());
            case OPERATOR -> brackets(token);
            case DATA, VARIABLE_BEGIN, VARIABLE_END, BLOCK_BEGIN, BLOCK_END, END -> throw unexpected(token);
        };
    }

    private JinjaValue number(JinjaToken token) {
        try {
            return new JinjaValue.Int(JinjaNumbers.integer(token.text()));
        } catch (JinjaError error) {
            throw tokens.failure(token.line(), error.reason());
        }
    }

    private Expression name(JinjaToken token) {
        return switch (token.text()) {
            case "true", "True" -> new JinjaNode.Constant(JinjaValue.TRUE, token.line());
            case "false", "False" -> new JinjaNode.Constant(JinjaValue.FALSE, token.line());
            case "none", "None" -> new JinjaNode.Constant(JinjaValue.NONE, token.line());
            default -> {
                namesRead.add(token.text());
                yield new JinjaNode.Name(token.text(), token.line());
            }
        };
    }

    private Expression string() {
        int line = tokens.line();
        StringBuilder joined = new StringBuilder();
        while (tokens.current().kind() == Kind.STRING) {
            joined.append(tokens.next().text());
        }
        return new JinjaNode.Constant(JinjaValue.trusted(joined.toString()), line);
    }

    private Expression brackets(JinjaToken token) {
        return switch (token.text()) {
            case "(" -> {
                tokens.next();
                tokens.enter();
                Expression inside = tuple(true, true);
                tokens.leave(1);
                tokens.expectOperator(")");
                yield inside;
            }
            case "[" -> {
                tokens.next();
                List<Expression> items = new ArrayList<>();
                while (!tokens.isOperator("]")) {
                    items.add(expression());
                    comma("]");
                }
                tokens.next();
                yield new JinjaNode.ListLiteral(items, false, token.line());
            }
            case "{" -> dictionary(tokens.next().line());
            default -> throw unexpected(token);
        };
    }

    private TemplateException unexpected(JinjaToken token) {
        return tokens.failure("unexpected " + token.described());
    }

    /** Skips a comma between items, which may also stand behind the last one. */
    private void comma(String end) {
        if (!tokens.skipOperator(",") && !tokens.isOperator(end)) {
            throw tokens.failure(
                    "expected ',' or '" + end + "', got " + tokens.current().described());
        }
    }

    private Expression dictionary(int line) {
        List<Expression> keys = new ArrayList<>();
        List<Expression> values = new ArrayList<>();
        while (!tokens.isOperator("}")) {
            keys.add(expression());
            tokens.expectOperator(":");
            values.add(expression());
            comma("}");
        }
        tokens.next();
        return new JinjaNode.DictLiteral(keys, values, line);
    }

    /** Attributes, items and calls behind a value; behind those filters and tests, where they may stand. */
    private Expression postfix(Expression head, boolean filters) {
        Expression node = head;
        boolean filtered = false;
        int levels = 0;
        while (true) {
            Optional<Expression> longer = filtered ? Optional.empty() : subscript(node);
            if (longer.isEmpty() && tokens.isOperator("(")) {
                longer = Optional.of(new JinjaNode.Call(node, arguments(), tokens.line()));
            }
            if (longer.isEmpty() && filters) {
                longer = filterOrTest(node);
                filtered |= longer.isPresent();
            }
            if (longer.isEmpty()) {
                tokens.leave(levels);
                return node;
            }
            node = longer.get();
            tokens.enter();
            levels++;
        }
    }

    private Optional<Expression> filterOrTest(Expression node) {
        if (tokens.skipOperator("|")) {
            return Optional.of(filter(Optional.of(node)));
        }
        return tokens.isName("is") ? Optional.of(test(node)) : Optional.empty();
    }

    private Optional<Expression> subscript(Expression node) {
        int line = tokens.line();
        if (tokens.skipOperator(".")) {
            JinjaToken attribute = tokens.next();
            return switch (attribute.kind()) {
                case NAME -> Optional.of(new JinjaNode.Attribute(node, attribute.text(), line));
                case INTEGER ->
                    Optional.of(new JinjaNode.Item(node, new JinjaNode.Constant(number(attribute), line), line));
                default -> throw tokens.failure(line, "expected name or number");
            };
        }
        if (!tokens.skipOperator("[")) {
            return Optional.empty();
        }
        List<Expression> indices = new ArrayList<>();
        while (!tokens.isOperator("]")) {
            indices.add(subscribed());
            comma("]");
        }
        tokens.next();
        Expression index = indices.size() == 1 ? indices.getFirst() : new JinjaNode.ListLiteral(indices, true, line);
        return Optional.of(new JinjaNode.Item(node, index, line));
    }

    private Expression subscribed() {
        int line = tokens.line();
        Optional<Expression> start = bound();
        if (start.isPresent() && !tokens.isOperator(":")) {
            return start.get();
        }
        tokens.expectOperator(":");
        Optional<Expression> stop = bound();
        Optional<Expression> step = tokens.skipOperator(":") ? bound() : Optional.empty();
        return new JinjaNode.Slice(start, stop, step, line);
    }

    private Optional<Expression> bound() {
        boolean absent = tokens.isOperator(":") || tokens.isOperator("]") || tokens.isOperator(",");
        return absent ? Optional.empty() : Optional.of(expression());
    }

    Arguments arguments() {
        tokens.expectOperator("(");
        List<Expression> positional = new ArrayList<>();
        List<String> names = new ArrayList<>();
        List<Expression> values = new ArrayList<>();
        Optional<Expression> star = Optional.empty();
        Optional<Expression> starStar = Optional.empty();
        while (!tokens.isOperator(")")) {
            boolean last = starStar.isPresent();
            if (!last && star.isEmpty() && tokens.skipOperator("*")) {
                star = Optional.of(expression());
            } else if (!last && tokens.skipOperator("**")) {
                starStar = Optional.of(expression());
            } else if (!last
                    && tokens.current().kind() == Kind.NAME
                    && tokens.ahead().isOperator("=")) {
                names.add(tokens.next().text());
                tokens.next();
                values.add(expression());
            } else if (!last && star.isEmpty() && names.isEmpty()) {
                positional.add(expression());
            } else {
                throw tokens.failure("invalid syntax for function call expression");
            }
            comma(")");
        }
        tokens.next();
        return new Arguments(positional, names, values, star, starStar);
    }

    /** A filter behind its bar. */
    Filter filter(Optional<Expression> target) {
        int line = tokens.line();
        String name = dotted("a filter's name");
        Arguments arguments = tokens.isOperator("(") ? arguments() : Arguments.NONE;
        return new Filter(target, name, arguments, line);
    }

    private String dotted(String what) {
        StringBuilder name = new StringBuilder(tokens.expect(Kind.NAME, what).text());
        while (tokens.skipOperator(".")) {
            name.append('.').append(tokens.expect(Kind.NAME, what).text());
        }
        return name.toString();
    }

    private Expression test(Expression node) {
        int line = tokens.next().line();
        boolean negated = tokens.skipName("not");
        String name = dotted("a test's name");
        Arguments arguments = Arguments.NONE;
        JinjaToken next = tokens.current();
        if (tokens.isOperator("(")) {
            arguments = arguments();
        } else if (next.isName("is")) {
            throw tokens.failure("You cannot chain multiple tests with is");
        } else if (startsTestArgument(next)) {
            Expression argument = postfix(primary(), false);
            arguments = new Arguments(List.of(argument), List.of(), List.of(), Optional.empty(), Optional.empty());
        }
        Expression test = new JinjaNode.Test(node, name, arguments, line);
        return negated ? new JinjaNode.Not(test, line) : test;
    }

    private static boolean startsTestArgument(JinjaToken token) {
        if (token.isName("else") || token.isName("or") || token.isName("and")) {
            return false;
        }
        return TEST_ARGUMENT_STARTS.contains(token.kind()) || token.isOperator("[") || token.isOperator("{");
    }
}
