package wok.tokenizer;

import java.util.List;
import java.util.Optional;
import wok.tokenizer.JinjaNode.Expression;
import wok.tokenizer.JinjaNode.Statement;

/**
 * Refuses filters and tests that do not exist when a template is parsed, and not first in the conversation that gets
 * to them.
 *
 * <p>As Jinja2's compiler has it (CodeGenerator's soft frames): inside an if statement or an inline if an unknown name
 * is an error only when it is reached, because the condition may have asked whether the filter exists; a loop, macro,
 * block, call or "with" in there counts as outside again. One use, one thread.
 */
final class JinjaNameCheck {
    private final String template;

    private JinjaNameCheck(String template) {
        this.template = template;
    }

    /**
     * @param template its name, for errors
     * @throws TemplateException for the first unknown name that no if stands around
     */
    static void check(String template, List<Statement> statements) {
        new JinjaNameCheck(template).all(statements, false);
    }

    private void all(List<Statement> body, boolean tested) {
        body.forEach(statement -> statement(statement, tested));
    }

    private void statement(Statement statement, boolean tested) {
        switch (statement) {
            case JinjaNode.Print print -> expression(print.expression(), tested);
            case JinjaNode.Set set -> expression(set.value(), tested);
            case JinjaNode.If condition -> {
                expressions(condition.tests(), true);
                condition.bodies().forEach(body -> all(body, true));
                all(condition.otherwise(), true);
            }
            case JinjaNode.For loop -> {
                expression(loop.iterable(), tested);
                expression(loop.test(), false);
                all(loop.body(), false);
                all(loop.otherwise(), false);
            }
            case JinjaNode.SetBlock block -> {
                block.filter().ifPresent(filter -> expression(filter, false));
                all(block.body(), false);
            }
            case JinjaNode.FilterBlock block -> {
                expression(block.filter(), false);
                all(block.body(), false);
            }
            case JinjaNode.Macro macro -> callable(macro.callable());
            case JinjaNode.CallBlock block -> {
                expression(block.call(), tested);
                callable(block.body());
            }
            case JinjaNode.With with -> {
                expressions(with.values(), tested);
                all(with.body(), false);
            }
            case JinjaNode.Block block -> all(block.body(), false);
            case JinjaNode.Generation generation -> all(generation.body(), false);
            case JinjaNode.Data _, JinjaNode.Break _, JinjaNode.Continue _ -> {}
        }
    }

    private void callable(JinjaNode.Callable callable) {
        expressions(callable.defaults(), false);
        all(callable.body(), false);
    }

    private void expressions(List<Expression> expressions, boolean tested) {
        expressions.forEach(expression -> expression(expression, tested));
    }

    private void expression(Optional<Expression> expression, boolean tested) {
        expression.ifPresent(present -> expression(present, tested));
    }

    private void expression(Expression expression, boolean tested) {
        switch (expression) {
            case JinjaNode.Constant _, JinjaNode.Name _ -> {}
            case JinjaNode.ListLiteral list -> expressions(list.items(), tested);
            case JinjaNode.DictLiteral dict -> {
                expressions(dict.keys(), tested);
                expressions(dict.values(), tested);
            }
            case JinjaNode.Attribute attribute -> expression(attribute.target(), tested);
            case JinjaNode.Item item -> expressions(List.of(item.target(), item.index()), tested);
            case JinjaNode.Slice slice -> {
                expression(slice.start(), tested);
                expression(slice.stop(), tested);
                expression(slice.step(), tested);
            }
            case JinjaNode.Call call -> {
                expression(call.target(), tested);
                arguments(call.arguments(), tested);
            }
            case JinjaNode.Filter filter -> filter(filter, tested);
            case JinjaNode.Test test -> test(test, tested);
            case JinjaNode.Not not -> expression(not.operand(), tested);
            case JinjaNode.Signed signed -> expression(signed.operand(), tested);
            case JinjaNode.Logical logical -> expressions(List.of(logical.left(), logical.right()), tested);
            case JinjaNode.Binary binary -> expressions(List.of(binary.left(), binary.right()), tested);
            case JinjaNode.Concat concatenation -> expressions(concatenation.parts(), tested);
            case JinjaNode.Compare compare -> {
                expression(compare.first(), tested);
                expressions(compare.operands(), tested);
            }
            case JinjaNode.Conditional conditional -> {
                expressions(List.of(conditional.test(), conditional.then()), true);
                expression(conditional.otherwise(), true);
            }
        }
    }

    private void filter(JinjaNode.Filter filter, boolean tested) {
        expression(filter.target(), tested);
        arguments(filter.arguments(), tested);
        if (!tested && !JinjaFilters.exists(filter.name())) {
            throw TemplateException.at(template, filter.line(), JinjaFilters.absence(filter.name()));
        }
    }

    private void test(JinjaNode.Test test, boolean tested) {
        expression(test.target(), tested);
        arguments(test.arguments(), tested);
        if (!tested && !JinjaTests.exists(test.name())) {
            throw TemplateException.at(template, test.line(), JinjaTests.absence(test.name()));
        }
    }

    private void arguments(JinjaNode.Arguments arguments, boolean tested) {
        expressions(arguments.positional(), tested);
        expressions(arguments.values(), tested);
        expression(arguments.star(), tested);
        expression(arguments.starStar(), tested);
    }
}
