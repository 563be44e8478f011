package wok.tokenizer;

import java.util.List;
import java.util.Optional;

/** The syntax tree of a template. Immutable; lines count from 1. */
sealed interface JinjaNode {

    int line();

    /** What has a value. */
    sealed interface Expression extends JinjaNode {}

    record Constant(JinjaValue value, int line) implements Expression {}

    record Name(String name, int line) implements Expression {}

    record ListLiteral(List<Expression> items, boolean tuple, int line) implements Expression {}

    record DictLiteral(List<Expression> keys, List<Expression> values, int line) implements Expression {}

    record Attribute(Expression target, String name, int line) implements Expression {}

    record Item(Expression target, Expression index, int line) implements Expression {}

    record Slice(Optional<Expression> start, Optional<Expression> stop, Optional<Expression> step, int line)
            implements Expression {}

    record Call(Expression target, Arguments arguments, int line) implements Expression {}

    /**
     * A filter applied.
     *
     * @param target absent at the head of a filter block
     */
    record Filter(Optional<Expression> target, String name, Arguments arguments, int line) implements Expression {}

    record Test(Expression target, String name, Arguments arguments, int line) implements Expression {}

    record Not(Expression operand, int line) implements Expression {}

    record Signed(Expression operand, boolean negative, int line) implements Expression {}

    /**
     * Both, or one of two.
     *
     * @param and whether it is "and"; otherwise "or"
     */
    record Logical(Expression left, Expression right, boolean and, int line) implements Expression {}

    /** A chain of comparisons: first operators[0] operands[0] operators[1] …; "in" and "not in" are among them. */
    record Compare(Expression first, List<String> operators, List<Expression> operands, int line)
            implements Expression {}

    record Binary(String operator, Expression left, Expression right, int line) implements Expression {}

    record Concat(List<Expression> parts, int line) implements Expression {}

    record Conditional(Expression test, Expression then, Optional<Expression> otherwise, int line)
            implements Expression {}

    /**
     * The arguments of a call, a filter or a test.
     *
     * @param names of the keyword arguments, {@code values} theirs
     * @param star what stands behind *, {@code starStar} behind **
     */
    record Arguments(
            List<Expression> positional,
            List<String> names,
            List<Expression> values,
            Optional<Expression> star,
            Optional<Expression> starStar) {
        boolean isEmpty() {
            return positional.isEmpty() && names.isEmpty() && star.isEmpty() && starStar.isEmpty();
        }

        static final Arguments NONE =
                new Arguments(List.of(), List.of(), List.of(), Optional.empty(), Optional.empty());
    }

    /** Where an assignment goes. */
    sealed interface Target extends JinjaNode {}

    record NameTarget(String name, int line) implements Target {}

    record TupleTarget(List<Target> targets, int line) implements Target {}

    record NamespaceTarget(String name, String attribute, int line) implements Target {}

    /** What is executed. */
    sealed interface Statement extends JinjaNode {}

    record Data(JinjaString text, int line) implements Statement {}

    record Print(Expression expression, int line) implements Statement {}

    record If(List<Expression> tests, List<List<Statement>> bodies, List<Statement> otherwise, int line)
            implements Statement {}

    record For(
            Target target,
            Expression iterable,
            Optional<Expression> test,
            boolean recursive,
            List<Statement> body,
            List<Statement> otherwise,
            int line)
            implements Statement {}

    record Set(Target target, Expression value, int line) implements Statement {}

    record SetBlock(Target target, Optional<Filter> filter, List<Statement> body, int line) implements Statement {}

    /**
     * A macro, or the body of a call block.
     *
     * @param defaults of the last parameters
     * @param usesCaller whether the body reads "caller"; likewise the other two
     */
    record Callable(
            String name,
            List<String> parameters,
            List<Expression> defaults,
            List<Statement> body,
            boolean usesCaller,
            boolean usesKwargs,
            boolean usesVarargs,
            int line) {}

    record Macro(Callable callable, int line) implements Statement {}

    record CallBlock(Call call, Callable body, int line) implements Statement {}

    record FilterBlock(Filter filter, List<Statement> body, int line) implements Statement {}

    record With(List<Target> targets, List<Expression> values, List<Statement> body, int line) implements Statement {}

    record Block(String name, boolean scoped, List<Statement> body, int line) implements Statement {}

    /** What transformers marks as the assistant's own text; it renders as if the tag were not there. */
    record Generation(List<Statement> body, int line) implements Statement {}

    record Break(int line) implements Statement {}

    record Continue(int line) implements Statement {}
}
