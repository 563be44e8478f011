package wok.tokenizer;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import wok.tokenizer.JinjaNode.Expression;

/** Evaluates the expressions of a template for one rendering. One rendering, one thread. */
final class JinjaEvaluator {
    private final JinjaRun run;

    JinjaEvaluator(JinjaRun run) {
        this.run = run;
    }

    JinjaValue evaluate(Expression expression, JinjaScope scope) {
        if (expression instanceof JinjaNode.Constant constant) {
            return constant.value();
        }
        run.enter();
        try {
            JinjaValue value = value(expression, scope);
            run.leave();
            return value;
        } catch (JinjaError error) {
            throw error.at(expression.line());
        }
    }

    private JinjaValue value(Expression expression, JinjaScope scope) {
        return switch (expression) {
            case JinjaNode.Constant constant -> constant.value();
            case JinjaNode.Name(String name, int _) -> name(name, scope);
            case JinjaNode.ListLiteral list -> list(list, scope);
            case JinjaNode.DictLiteral dict -> dict(dict, scope);
            case JinjaNode.Attribute(Expression target, String name, int _) ->
                JinjaAttributes.attribute(run, evaluate(target, scope), name);
            case JinjaNode.Item(Expression target, Expression index, int _) -> item(target, index, scope);
            case JinjaNode.Slice slice -> throw new JinjaError("a slice stands alone in its brackets: " + slice.line());
            case JinjaNode.Call call -> call(evaluate(call.target(), scope), arguments(call.arguments(), scope));
            case JinjaNode.Filter filter -> filter(filter, JinjaValue.NONE, scope);
            case JinjaNode.Test test ->
                JinjaValue.of(JinjaTests.apply(
                        run, test.name(), evaluate(test.target(), scope), arguments(test.arguments(), scope)));
            case JinjaNode.Not(Expression operand, int _) ->
                JinjaValue.of(!JinjaOperators.isTrue(evaluate(operand, scope)));
            case JinjaNode.Signed(Expression operand, boolean negative, int _) ->
                JinjaArithmetic.signed(evaluate(operand, scope), negative);
            case JinjaNode.Logical logical -> {
                JinjaValue left = evaluate(logical.left(), scope);
                yield JinjaOperators.isTrue(left) == logical.and() ? evaluate(logical.right(), scope) : left;
            }
            case JinjaNode.Compare compare -> JinjaValue.of(compare(compare, scope));
            case JinjaNode.Binary(String operator, Expression left, Expression right, int _) ->
                JinjaArithmetic.binary(run, operator, evaluate(left, scope), evaluate(right, scope));
            case JinjaNode.Concat(List<Expression> parts, int _) -> concatenation(parts, scope);
            case JinjaNode.Conditional conditional -> conditional(conditional, scope);
        };
    }

    private static JinjaValue name(String name, JinjaScope scope) {
        return scope.find(name).or(() -> JinjaGlobals.find(name)).orElseGet(() -> JinjaValue.Undefined.of(name));
    }

    private JinjaValue list(JinjaNode.ListLiteral list, JinjaScope scope) {
        run.elements(list.items().size());
        List<JinjaValue> items = new ArrayList<>(list.items().size());
        for (Expression item : list.items()) {
            items.add(evaluate(item, scope));
        }
        return new JinjaValue.Sequence(
                items, list.tuple() ? JinjaValue.Sequence.Kind.TUPLE : JinjaValue.Sequence.Kind.LIST);
    }

    private JinjaValue dict(JinjaNode.DictLiteral node, JinjaScope scope) {
        run.elements(node.keys().size());
        JinjaDict dict = new JinjaDict();
        for (int i = 0; i < node.keys().size(); i++) {
            dict.put(evaluate(node.keys().get(i), scope), evaluate(node.values().get(i), scope));
        }
        return dict;
    }

    private JinjaValue item(Expression target, Expression index, JinjaScope scope) {
        JinjaValue value = evaluate(target, scope);
        if (index instanceof JinjaNode.Slice slice) {
            return JinjaAttributes.slice(
                    run, value, bound(slice.start(), scope), bound(slice.stop(), scope), bound(slice.step(), scope));
        }
        return JinjaAttributes.item(run, value, evaluate(index, scope));
    }

    private JinjaValue bound(Optional<Expression> bound, JinjaScope scope) {
        return bound.isPresent() ? evaluate(bound.get(), scope) : JinjaValue.NONE;
    }

    JinjaValue call(JinjaValue target, JinjaArguments arguments) {
        return switch (target) {
            case JinjaValue.Undefined undefined -> throw undefined.error();
            case JinjaValue.Behaviour behaviour -> behaviour.call(run, arguments);
            default -> throw new JinjaError("'" + target.typeName() + "' object is not callable");
        };
    }

    JinjaArguments arguments(JinjaNode.Arguments nodes, JinjaScope scope) {
        if (nodes.isEmpty()) {
            return JinjaArguments.NONE;
        }
        List<JinjaValue> positional = new ArrayList<>();
        for (Expression node : nodes.positional()) {
            positional.add(evaluate(node, scope));
        }
        if (nodes.star().isPresent()) {
            positional.addAll(JinjaOperators.elements(run, evaluate(nodes.star().get(), scope)));
        }
        Map<String, JinjaValue> named = new LinkedHashMap<>();
        for (int i = 0; i < nodes.names().size(); i++) {
            named.put(nodes.names().get(i), evaluate(nodes.values().get(i), scope));
        }
        if (nodes.starStar().isPresent()) {
            keywords(evaluate(nodes.starStar().get(), scope), named);
        }
        return new JinjaArguments(positional, named);
    }

    private void keywords(JinjaValue value, Map<String, JinjaValue> named) {
        if (!(value instanceof JinjaDict dict)) {
            throw new JinjaError("argument after ** must be a mapping, not " + value.typeName());
        }
        run.elements(dict.size());
        for (JinjaDict.Entry entry : dict.entries()) {
            if (!(entry.key() instanceof JinjaValue.Text name)) {
                throw new JinjaError("keywords must be strings");
            }
            if (named.put(name.plain(), entry.value()) != null) {
                throw new JinjaError("got multiple values for keyword argument '" + name.plain() + "'");
            }
        }
    }

    /**
     * A filter's value.
     *
     * @param head what goes into the first filter of a block's chain
     */
    JinjaValue filter(JinjaNode.Filter filter, JinjaValue head, JinjaScope scope) {
        JinjaValue value = head;
        if (filter.target().isPresent()) {
            value = filter.target().get() instanceof JinjaNode.Filter inner
                    ? nested(inner, head, scope)
                    : evaluate(filter.target().get(), scope);
        }
        return JinjaFilters.apply(run, filter.name(), value, arguments(filter.arguments(), scope));
    }

    private JinjaValue nested(JinjaNode.Filter inner, JinjaValue head, JinjaScope scope) {
        run.enter();
        JinjaValue value = filter(inner, head, scope);
        run.leave();
        return value;
    }

    private boolean compare(JinjaNode.Compare node, JinjaScope scope) {
        JinjaValue left = evaluate(node.first(), scope);
        for (int i = 0; i < node.operators().size(); i++) {
            JinjaValue right = evaluate(node.operands().get(i), scope);
            if (!JinjaTests.holds(run, node.operators().get(i), left, right)) {
                return false;
            }
            left = right;
        }
        return true;
    }

    private JinjaValue concatenation(List<Expression> parts, JinjaScope scope) {
        JinjaStringBuilder joined = new JinjaStringBuilder(run);
        for (Expression part : parts) {
            joined.append(JinjaPrinter.text(run, evaluate(part, scope)));
        }
        return JinjaValue.of(joined.build());
    }

    private JinjaValue conditional(JinjaNode.Conditional node, JinjaScope scope) {
        if (JinjaOperators.isTrue(evaluate(node.test(), scope))) {
            return evaluate(node.then(), scope);
        }
        return node.otherwise().isPresent()
                ? evaluate(node.otherwise().get(), scope)
                : new JinjaValue.Undefined("the inline if-expression on line " + node.line()
                        + " evaluated to false and no else section was defined.");
    }
}
