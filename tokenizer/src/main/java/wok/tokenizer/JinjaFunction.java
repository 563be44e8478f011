package wok.tokenizer;

/** A function of the interpreter: a global one, or a method bound to its value. */
record JinjaFunction(String name, Body body) implements JinjaValue.Behaviour {
    interface Body {
        JinjaValue call(JinjaRun run, JinjaArguments arguments);
    }

    @Override
    public String typeName() {
        return "function";
    }

    @Override
    public boolean isCallable() {
        return true;
    }

    @Override
    public JinjaValue call(JinjaRun run, JinjaArguments arguments) {
        return body.call(run, arguments);
    }

    @Override
    public String described() {
        return "<function " + name + ">";
    }
}
