package wok.tokenizer;

import java.util.List;

/** Python's text % values. One call, one owner. */
final class JinjaPercentFormat {
    private final JinjaRun run;
    private final JinjaValue.Text template;
    private final JinjaValue argument;
    private final List<JinjaValue> values;
    private final JinjaStringBuilder out;
    private int used;
    private int at;

    private JinjaPercentFormat(JinjaRun run, JinjaValue.Text template, JinjaValue argument) {
        this.run = run;
        this.template = template;
        this.argument = argument;
        this.out = new JinjaStringBuilder(run);
        this.values = argument instanceof JinjaValue.Sequence sequence && !sequence.isList()
                ? sequence.items()
                : List.of(argument);
    }

    static JinjaValue format(JinjaRun run, JinjaValue.Text template, JinjaValue argument) {
        JinjaPercentFormat format = new JinjaPercentFormat(run, template, argument);
        format.render();
        return new JinjaValue.Text(format.out.build(), template.markup());
    }

    private void render() {
        JinjaString string = template.string();
        String text = string.text();
        boolean mapped = false;
        while (at < text.length()) {
            int percent = text.indexOf('%', at);
            int end = percent < 0 ? text.length() : percent;
            out.append(string, at, end);
            at = end + 1;
            if (percent >= 0) {
                run.work(1);
                mapped |= next() == '(';
                field();
            }
        }
        if (used < values.size() && !mapped && !(argument instanceof JinjaDict)) {
            throw new JinjaError("not all arguments converted during string formatting");
        }
    }

    private char next() {
        if (at >= template.string().length()) {
            throw new JinjaError("incomplete format");
        }
        return template.plain().charAt(at);
    }

    private void field() {
        if (next() == '%') {
            at++;
            out.append("%");
            return;
        }
        boolean keyed = next() == '(';
        JinjaValue value = keyed ? keyed() : JinjaValue.NONE;
        boolean left = false;
        boolean zero = false;
        boolean alternate = false;
        char sign = '-';
        for (; "-0# +".indexOf(next()) >= 0; at++) {
            left |= next() == '-';
            zero |= next() == '0';
            alternate |= next() == '#';
            sign = next() == '+' || (next() == ' ' && sign != '+') ? next() : sign;
        }
        int width = number(0);
        int precision = -1;
        if (next() == '.') {
            at++;
            precision = number(0);
        }
        char type = next();
        at++;
        if (!keyed) {
            value = positional();
        }
        char align = left ? '<' : zero ? '=' : '>';
        int fill = zero && !left ? '0' : ' ';
        print(value, new JinjaFormatSpec(fill, align, sign, alternate, width, '\0', precision, type));
    }

    private JinjaValue keyed() {
        int close = template.plain().indexOf(')', at);
        if (close < 0) {
            throw new JinjaError("incomplete format key");
        }
        if (!(argument instanceof JinjaDict dict)) {
            throw new JinjaError("format requires a mapping");
        }
        String key = template.plain().substring(at + 1, close);
        at = close + 1;
        return dict.get(key).orElseThrow(() -> new JinjaError("'" + key + "'"));
    }

    private int number(int otherwise) {
        if (next() == '*') {
            at++;
            return ((JinjaValue.Int) JinjaArithmetic.integer(JinjaArithmetic.integer(positional()))).clamped();
        }
        int end = JinjaFormatSpec.digitsEnd(template.plain(), at);
        int number = JinjaFormatSpec.number(template.plain(), at, end, otherwise);
        at = end;
        return number;
    }

    private JinjaValue positional() {
        if (used == values.size()) {
            throw new JinjaError("not enough arguments for format string");
        }
        return values.get(used++);
    }

    private void print(JinjaValue value, JinjaFormatSpec spec) {
        switch (spec.type()) {
            case 's', 'r', 'a' -> {
                JinjaString text = spec.type() == 's' ? JinjaPrinter.text(run, value) : JinjaPrinter.repr(run, value);
                JinjaString shown = template.markup()
                        ? JinjaHtml.escape(run, value instanceof JinjaValue.Text ? value : JinjaValue.of(text))
                        : text;
                out.append(
                        with(spec, 's', spec.fill() == '0' ? '>' : spec.align()).format(run, JinjaValue.of(shown)));
            }
            case 'd', 'i', 'u' -> out.append(with(spec, 'd', spec.align()).format(run, whole(value)));
            case 'x', 'X', 'o', 'e', 'E', 'f', 'F', 'g', 'G' -> out.append(spec.format(run, real(value, spec.type())));
            case 'c' -> {
                boolean character =
                        value instanceof JinjaValue.Text text && text.string().codePoints() == 1;
                out.append((character ? with(spec, 's', spec.align()) : spec).format(run, value));
            }
            default -> throw new JinjaError("unsupported format character '" + spec.type() + "'");
        }
    }

    private static JinjaFormatSpec with(JinjaFormatSpec spec, char type, char align) {
        int fill = type == 's' ? ' ' : spec.fill();
        return new JinjaFormatSpec(
                fill, align, spec.sign(), spec.alternate(), spec.width(), '\0', spec.precision(), type);
    }

    private static JinjaValue whole(JinjaValue value) {
        if (value instanceof JinjaValue.Real(double number) && Double.isFinite(number)) {
            return JinjaArithmetic.integer(new java.math.BigDecimal(number).toBigInteger());
        }
        if (!JinjaArithmetic.isInteger(value)) {
            throw new JinjaError("%d format: a real number is required, not " + value.typeName());
        }
        return value;
    }

    private static JinjaValue real(JinjaValue value, char type) {
        if (!JinjaArithmetic.isNumber(value)) {
            throw new JinjaError("must be real number, not " + value.typeName());
        }
        if ("xXo".indexOf(type) >= 0 && value instanceof JinjaValue.Real) {
            throw new JinjaError("%" + type + " format: an integer is required, not float");
        }
        return value;
    }
}
