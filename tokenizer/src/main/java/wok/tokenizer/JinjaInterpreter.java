package wok.tokenizer;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.OptionalInt;
import wok.tokenizer.JinjaNode.Expression;
import wok.tokenizer.JinjaNode.Statement;
import wok.tokenizer.JinjaNode.Target;

/**
 * Executes the statements of a template for one rendering.
 *
 * <p>It walks the tree; compiling to closures or bytecode was considered and left out: a prompt of 40 messages takes
 * less than a millisecond once warm (docs/templates.md), far less than its first token. Every nested execution and evaluation counts in {@link JinjaRun}, which
 * bounds both time and stack. One rendering, one thread.
 */
final class JinjaInterpreter {
    /** How a statement ended. */
    private enum Flow {
        NEXT,
        BREAK,
        CONTINUE
    }

    /** What a round of a loop costs: a scope and its names. */
    private static final int ROUND_WORK = 10;

    private final JinjaRun run;
    private final JinjaScope root;
    private final JinjaEvaluator evaluator;

    JinjaInterpreter(JinjaRun run, JinjaScope root) {
        this.run = run;
        this.root = root;
        this.evaluator = new JinjaEvaluator(run);
    }

    /** The whole template. */
    JinjaString render(List<Statement> template) {
        JinjaStringBuilder out = new JinjaStringBuilder(run);
        execute(template, root, out);
        return out.build();
    }

    /** A part of the template as a value. */
    JinjaValue render(List<Statement> body, JinjaScope scope) {
        JinjaStringBuilder out = new JinjaStringBuilder(run);
        execute(body, scope, out);
        return JinjaValue.of(out.build());
    }

    JinjaValue evaluate(Expression expression, JinjaScope scope) {
        return evaluator.evaluate(expression, scope);
    }

    private Flow execute(List<Statement> body, JinjaScope scope, JinjaStringBuilder out) {
        for (Statement statement : body) {
            run.enter();
            try {
                Flow flow = execute(statement, scope, out);
                if (flow != Flow.NEXT) {
                    run.leave();
                    return flow;
                }
            } catch (JinjaError error) {
                throw error.at(statement.line());
            }
            run.leave();
        }
        return Flow.NEXT;
    }

    private Flow execute(Statement statement, JinjaScope scope, JinjaStringBuilder out) {
        switch (statement) {
            case JinjaNode.Data data -> out.append(data.text());
            case JinjaNode.Print print -> out.append(JinjaPrinter.text(run, evaluate(print.expression(), scope)));
            case JinjaNode.If condition -> {
                return condition(condition, scope, out);
            }
            case JinjaNode.For loop -> loop(loop, evaluate(loop.iterable(), scope), scope, out, 0);
            case JinjaNode.Set set -> assign(set.target(), evaluate(set.value(), scope), scope);
            case JinjaNode.SetBlock block -> setBlock(block, scope);
            case JinjaNode.Macro macro ->
                scope.set(macro.callable().name(), new JinjaMacro(macro.callable(), scope, this));
            case JinjaNode.CallBlock block -> callBlock(block, scope, out);
            case JinjaNode.FilterBlock block -> {
                JinjaValue body = render(block.body(), scope.inner());
                out.append(JinjaPrinter.text(run, evaluator.filter(block.filter(), body, scope)));
            }
            case JinjaNode.With with -> {
                return with(with, scope, out);
            }
            case JinjaNode.Block block -> execute(block.body(), (block.scoped() ? scope : root).inner(), out);
            case JinjaNode.Generation generation -> execute(generation.body(), scope.inner(), out);
            case JinjaNode.Break _ -> {
                return Flow.BREAK;
            }
            case JinjaNode.Continue _ -> {
                return Flow.CONTINUE;
            }
        }
        return Flow.NEXT;
    }

    private Flow condition(JinjaNode.If condition, JinjaScope scope, JinjaStringBuilder out) {
        for (int i = 0; i < condition.tests().size(); i++) {
            if (JinjaOperators.isTrue(evaluate(condition.tests().get(i), scope))) {
                return execute(condition.bodies().get(i), scope, out);
            }
        }
        return execute(condition.otherwise(), scope, out);
    }

    private void loop(JinjaNode.For node, JinjaValue iterable, JinjaScope scope, JinjaStringBuilder out, int depth) {
        Iterator<JinjaValue> elements = JinjaOperators.iterator(iterable);
        OptionalInt length = OptionalInt.empty();
        if (node.test().isPresent()) {
            elements = new Filtered(elements, node, node.test().get(), scope);
        } else if (!(iterable instanceof JinjaValue.Generator)) {
            length = OptionalInt.of(JinjaOperators.length(iterable));
        }
        Optional<JinjaLoop.Recursion> recursion =
                node.recursive() ? Optional.of((inner, level) -> recurse(node, inner, scope, level)) : Optional.empty();
        JinjaLoop loop = new JinjaLoop(elements, length, recursion, depth);
        boolean completed = false;
        for (Optional<JinjaValue> item = loop.advance(); item.isPresent(); item = loop.advance()) {
            run.work(ROUND_WORK);
            JinjaScope inner = scope.inner();
            inner.set("loop", loop);
            assign(node.target(), item.get(), inner);
            Flow flow = execute(node.body(), inner, out);
            if (flow == Flow.BREAK) {
                break;
            }
            completed |= flow == Flow.NEXT;
        }
        if (!completed) {
            // As in Jinja2: a loop that has left every round by break or continue counts as one without rounds.
            execute(node.otherwise(), scope.inner(), out);
        }
    }

    private JinjaValue recurse(JinjaNode.For node, JinjaValue iterable, JinjaScope scope, int depth) {
        JinjaStringBuilder out = new JinjaStringBuilder(run);
        loop(node, iterable, scope, out, depth);
        return JinjaValue.of(out.build());
    }

    /** The elements that pass the test of a for loop, found as they are asked for. */
    private final class Filtered implements Iterator<JinjaValue> {
        private final Iterator<JinjaValue> elements;
        private final JinjaNode.For node;
        private final Expression test;
        private final JinjaScope scope;
        private Optional<JinjaValue> next = Optional.empty();

        Filtered(Iterator<JinjaValue> elements, JinjaNode.For node, Expression test, JinjaScope scope) {
            this.elements = elements;
            this.node = node;
            this.test = test;
            this.scope = scope;
        }

        @Override
        public boolean hasNext() {
            while (next.isEmpty() && elements.hasNext()) {
                JinjaValue element = elements.next();
                JinjaScope inner = scope.inner();
                assign(node.target(), element, inner);
                if (JinjaOperators.isTrue(evaluate(test, inner))) {
                    next = Optional.of(element);
                }
            }
            return next.isPresent();
        }

        @Override
        public JinjaValue next() {
            if (!hasNext()) {
                throw new NoSuchElementException();
            }
            JinjaValue found = next.orElseThrow();
            next = Optional.empty();
            return found;
        }
    }

    private void setBlock(JinjaNode.SetBlock block, JinjaScope scope) {
        JinjaValue body = render(block.body(), scope.inner());
        JinjaValue value =
                block.filter().isPresent() ? evaluator.filter(block.filter().get(), body, scope) : body;
        assign(block.target(), value, scope);
    }

    private void callBlock(JinjaNode.CallBlock block, JinjaScope scope, JinjaStringBuilder out) {
        JinjaValue target = evaluate(block.call().target(), scope);
        JinjaArguments arguments = evaluator.arguments(block.call().arguments(), scope);
        Map<String, JinjaValue> named = new LinkedHashMap<>(arguments.named());
        named.put("caller", new JinjaMacro(block.body(), scope, this));
        JinjaValue value = evaluator.call(target, new JinjaArguments(arguments.positional(), named));
        out.append(JinjaPrinter.text(run, value));
    }

    private Flow with(JinjaNode.With with, JinjaScope scope, JinjaStringBuilder out) {
        JinjaScope inner = scope.inner();
        for (int i = 0; i < with.targets().size(); i++) {
            assign(with.targets().get(i), evaluate(with.values().get(i), scope), inner);
        }
        return execute(with.body(), inner, out);
    }

    private void assign(Target target, JinjaValue value, JinjaScope scope) {
        switch (target) {
            case JinjaNode.NameTarget(String name, int _) -> scope.set(name, value);
            case JinjaNode.TupleTarget(List<Target> targets, int _) -> unpack(targets, value, scope);
            case JinjaNode.NamespaceTarget(String name, String attribute, int _) -> {
                if (!(scope.find(name).orElse(JinjaValue.NONE) instanceof JinjaNamespace namespace)) {
                    throw new JinjaError("cannot assign attribute on non-namespace object");
                }
                namespace.set(attribute, value);
            }
        }
    }

    private void unpack(List<Target> targets, JinjaValue value, JinjaScope scope) {
        if (!JinjaOperators.isIterable(value)) {
            throw new JinjaError("cannot unpack non-iterable " + value.typeName() + " object");
        }
        Iterator<JinjaValue> parts = JinjaOperators.iterator(value);
        for (int i = 0; i < targets.size(); i++) {
            if (!parts.hasNext()) {
                throw new JinjaError("not enough values to unpack (expected " + targets.size() + ", got " + i + ")");
            }
            assign(targets.get(i), parts.next(), scope);
        }
        if (parts.hasNext()) {
            throw new JinjaError("too many values to unpack (expected " + targets.size() + ")");
        }
    }
}
