package wok.tokenizer;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A macro, or the body of a call block, with the scope it was defined in. */
record JinjaMacro(JinjaNode.Callable definition, JinjaScope scope, JinjaInterpreter interpreter)
        implements JinjaValue.Behaviour {

    @Override
    public String typeName() {
        return "Macro";
    }

    @Override
    public boolean isCallable() {
        return true;
    }

    @Override
    public Optional<JinjaValue> attribute(String name) {
        return switch (name) {
            case "name" -> Optional.of(JinjaValue.trusted(definition.name()));
            case "arguments" -> {
                List<JinjaValue> names = new ArrayList<>();
                definition.parameters().forEach(parameter -> names.add(JinjaValue.trusted(parameter)));
                yield Optional.of(new JinjaValue.Sequence(names, JinjaValue.Sequence.Kind.TUPLE));
            }
            case "catch_kwargs" -> Optional.of(JinjaValue.of(definition.usesKwargs()));
            case "catch_varargs" -> Optional.of(JinjaValue.of(definition.usesVarargs()));
            case "caller" -> Optional.of(JinjaValue.of(definition.usesCaller()));
            default -> Optional.empty();
        };
    }

    @Override
    public JinjaValue call(JinjaRun run, JinjaArguments arguments) {
        JinjaScope inner = scope.inner();
        Map<String, JinjaValue> named = new LinkedHashMap<>(arguments.named());
        parameters(arguments.positional(), named, inner);
        boolean explicitCaller = definition.parameters().contains("caller");
        if (definition.usesCaller() && !explicitCaller) {
            JinjaValue caller = named.remove("caller");
            inner.set("caller", caller == null ? new JinjaValue.Undefined("No caller defined") : caller);
        }
        rest(run, arguments.positional(), named, inner);
        return interpreter.render(definition.body(), inner);
    }

    private void parameters(List<JinjaValue> positional, Map<String, JinjaValue> named, JinjaScope inner) {
        List<String> parameters = definition.parameters();
        int firstDefault = parameters.size() - definition.defaults().size();
        for (int i = 0; i < parameters.size(); i++) {
            String parameter = parameters.get(i);
            JinjaValue value = i < positional.size() ? positional.get(i) : named.remove(parameter);
            if (value == null && i >= firstDefault) {
                value = interpreter.evaluate(definition.defaults().get(i - firstDefault), inner);
            }
            inner.set(
                    parameter,
                    value == null ? new JinjaValue.Undefined("parameter '" + parameter + "' was not provided") : value);
        }
    }

    private void rest(JinjaRun run, List<JinjaValue> positional, Map<String, JinjaValue> named, JinjaScope inner) {
        int count = definition.parameters().size();
        if (definition.usesKwargs()) {
            JinjaDict kwargs = new JinjaDict();
            run.elements(named.size());
            named.forEach((name, value) -> kwargs.put(JinjaValue.trusted(name), value));
            inner.set("kwargs", kwargs);
        } else {
            for (String name : named.keySet()) {
                throw new JinjaError("macro '" + definition.name() + "' takes no keyword argument '" + name + "'");
            }
        }
        if (definition.usesVarargs()) {
            List<JinjaValue> varargs = positional.subList(Math.min(count, positional.size()), positional.size());
            inner.set("varargs", new JinjaValue.Sequence(varargs, JinjaValue.Sequence.Kind.TUPLE));
        } else if (positional.size() > count) {
            throw new JinjaError("macro '" + definition.name() + "' takes not more than " + count + " argument(s)");
        }
    }

    @Override
    public String described() {
        return "<Macro '" + definition.name() + "'>";
    }
}
