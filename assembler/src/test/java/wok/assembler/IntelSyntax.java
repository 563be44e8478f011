package wok.assembler;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Assembles text in the Intel syntax of GNU as by calling the methods of an {@link Assembler}, so that a golden is a
 * line of text and bytes. Statements are separated by {@code ;}. Constants ({@code name: .long 1, 2}) come behind the
 * code, after {@code .balign 64, 0xCC}. A mask on memory decorates the register that is stored, as the assembler's
 * methods have it. Pseudo-prefixes in braces, which tell GNU as which of several encodings to take, are skipped.
 */
final class IntelSyntax {
    /** Mnemonics whose method has another name: the one that the instruction has in VEX. */
    private static final Map<String, String> METHODS = Map.ofEntries(
            Map.entry("vmovdqu32", "vmovdqu"),
            Map.entry("vbroadcasti32x4", "vbroadcasti128"),
            Map.entry("vrndscaleps", "vroundps"),
            Map.entry("vpandd", "vpand"),
            Map.entry("vpandnd", "vpandn"),
            Map.entry("vpord", "vpor"),
            Map.entry("vpxord", "vpxor"),
            Map.entry("vextractf128", "vextract128"),
            Map.entry("vextractf32x4", "vextract128"),
            Map.entry("vextractf64x4", "vextract256"),
            Map.entry("vinsertf128", "vinsert128"),
            Map.entry("vinsertf32x4", "vinsert128"),
            Map.entry("vinsertf64x4", "vinsert256"));

    private static final Map<String, Condition> CONDITIONS = Map.ofEntries(
            Map.entry("b", Condition.BELOW),
            Map.entry("ae", Condition.ABOVE_OR_EQUAL),
            Map.entry("e", Condition.EQUAL),
            Map.entry("ne", Condition.NOT_EQUAL),
            Map.entry("be", Condition.BELOW_OR_EQUAL),
            Map.entry("a", Condition.ABOVE),
            Map.entry("s", Condition.SIGN),
            Map.entry("ns", Condition.NO_SIGN),
            Map.entry("l", Condition.LESS),
            Map.entry("ge", Condition.GREATER_OR_EQUAL),
            Map.entry("le", Condition.LESS_OR_EQUAL),
            Map.entry("g", Condition.GREATER));

    private static final Pattern STATEMENT = Pattern.compile("(?:\\{\\w+\\} )?(\\S+) ?(.*)");
    private static final Pattern CONSTANT = Pattern.compile("(\\w+): \\.long (.*)");
    private static final Pattern VECTOR = Pattern.compile("([xyz]mm)(\\d+)(?:\\{k(\\d)\\}(\\{z\\})?)?");
    private static final Pattern MEMORY = Pattern.compile(
            "(?:\\w+ ptr )?\\[(\\w+)(?:\\+(\\w+)\\*(\\d))?([+-]\\d+)?\\](\\{1to\\d+\\})?(?:\\{k(\\d)\\})?");
    private static final Pattern DWORD_REGISTER = Pattern.compile("e[a-ds][xip]|r\\d+d");

    private final Assembler assembler = new Assembler();
    private final Map<String, Label> labels = new HashMap<>();
    private final Map<String, int[]> constants = new HashMap<>();
    private final List<Method> called = new ArrayList<>();

    /** The bytes of the text. */
    static byte[] bytes(String text) {
        return new IntelSyntax().assemble(text);
    }

    /** The methods of the assembler that the text calls, in order. */
    static List<Method> methods(String text) {
        IntelSyntax syntax = new IntelSyntax();
        syntax.assemble(text);
        return syntax.called;
    }

    private byte[] assemble(String text) {
        List<String> statements =
                Arrays.stream(text.split(";")).map(String::strip).toList();
        for (String statement : statements) {
            Matcher constant = CONSTANT.matcher(statement);
            if (constant.matches()) {
                constants.put(
                        constant.group(1),
                        Arrays.stream(constant.group(2).split(", ?"))
                                .mapToInt(Integer::parseInt)
                                .toArray());
            }
        }
        statements.forEach(this::statement);
        return assembler.finish();
    }

    private void statement(String statement) {
        if (statement.startsWith(".balign") || CONSTANT.matcher(statement).matches()) {
            return; // the assembler puts constants behind the code by itself
        }
        if (statement.endsWith(":")) {
            assembler.bind(label(statement.substring(0, statement.length() - 1)));
            return;
        }
        Matcher parts = STATEMENT.matcher(statement);
        if (!parts.matches()) {
            throw new IllegalArgumentException("statement: " + statement + " (expected: a mnemonic and operands)");
        }
        List<Object> operands = new ArrayList<>();
        for (String operand :
                parts.group(2).isEmpty() ? new String[0] : parts.group(2).split(", ?")) {
            operands.add(operand(operand));
        }
        moveMask(parts.group(2), operands);
        call(parts.group(1), parts.group(2), operands);
    }

    /** {@code [rax]{k1}, zmm2} is {@code Mem.at(RAX), zmm(2).masked(k1)}. */
    private static void moveMask(String text, List<Object> operands) {
        Matcher memory = MEMORY.matcher(text);
        if (memory.lookingAt() && memory.group(6) != null) {
            operands.set(1, ((Vec) operands.get(1)).masked(new Mask(Integer.parseInt(memory.group(6)))));
        }
    }

    private void call(String mnemonic, String text, List<Object> operands) {
        String name = METHODS.getOrDefault(mnemonic, mnemonic);
        if (mnemonic.equals("jmp")) {
            name = "jump";
        } else if (mnemonic.startsWith("j")) {
            name = "jump";
            operands.addFirst(CONDITIONS.get(mnemonic.substring(1)));
        } else if (mnemonic.startsWith("cmov")) {
            name = "cmov";
            operands.addFirst(CONDITIONS.get(mnemonic.substring(4)));
        } else if (mnemonic.equals("movzx") || mnemonic.equals("movsx")) {
            name = mnemonic + (text.contains("byte ptr") ? "Byte" : "Word");
        } else if (mnemonic.equals("mov") && hasDwordRegister(text) && !(operands.getLast() instanceof Long)) {
            name = "mov32";
        }
        call(name, operands);
    }

    private static boolean hasDwordRegister(String text) {
        return Arrays.stream(text.split(", ?"))
                .anyMatch(o -> DWORD_REGISTER.matcher(o).matches());
    }

    private void call(String name, List<Object> operands) {
        Method method = Arrays.stream(Assembler.class.getMethods())
                .filter(m -> m.getName().equals(name) && takes(m.getParameterTypes(), operands))
                .min((a, b) -> Long.compare(generality(a), generality(b)))
                .orElseThrow(() -> new IllegalArgumentException(name + ": " + operands + " (expected: a method)"));
        Object[] arguments = new Object[operands.size()];
        for (int i = 0; i < arguments.length; i++) {
            Object operand = operands.get(i);
            boolean isInt = method.getParameterTypes()[i] == int.class;
            arguments[i] = isInt && operand instanceof Long number ? (Object) Math.toIntExact(number) : operand;
        }
        try {
            method.invoke(assembler, arguments);
        } catch (IllegalAccessException | InvocationTargetException e) {
            throw new IllegalStateException(name + " " + operands, e);
        }
        called.add(method);
    }

    private static long generality(Method method) {
        return Arrays.stream(method.getParameterTypes())
                .filter(Operand.class::equals)
                .count();
    }

    private static boolean takes(Class<?>[] parameters, List<Object> operands) {
        boolean fits = parameters.length == operands.size();
        for (int i = 0; fits && i < parameters.length; i++) {
            Object operand = operands.get(i);
            fits = parameters[i].isPrimitive() ? operand instanceof Long : parameters[i].isInstance(operand);
        }
        return fits;
    }

    private Object operand(String text) {
        Matcher vector = VECTOR.matcher(text);
        if (vector.matches()) {
            return vector(vector);
        }
        if (text.matches("k\\d")) {
            return new Mask(text.charAt(1) - '0');
        }
        if (text.matches("-?(0x)?\\p{XDigit}+") && !text.matches("[a-f]\\p{XDigit}*")) {
            return Long.decode(text);
        }
        if (text.contains("[rip+")) {
            return constant(text);
        }
        Matcher memory = MEMORY.matcher(text);
        if (memory.matches()) {
            return memory(memory);
        }
        return isRegister(text) ? register(text) : label(text);
    }

    private static Vec vector(Matcher vector) {
        Width width = Width.valueOf(vector.group(1).toUpperCase(Locale.ROOT));
        Mask mask = vector.group(3) == null ? Mask.NONE : new Mask(Integer.parseInt(vector.group(3)));
        return new Vec(width, Integer.parseInt(vector.group(2)), mask, vector.group(4) != null);
    }

    private PoolConstant constant(String text) {
        String name = text.substring(text.indexOf('+') + 1, text.indexOf(']'));
        PoolConstant constant = assembler.words(constants.getOrDefault(name, new int[0]));
        return text.contains("{1to") ? constant.broadcast() : constant;
    }

    private static Mem memory(Matcher memory) {
        Gpr base = register(memory.group(1));
        Mem mem = memory.group(2) == null
                ? Mem.at(base)
                : Mem.at(base, register(memory.group(2)), Integer.parseInt(memory.group(3)));
        Mem moved = memory.group(4) == null ? mem : mem.plus(Long.parseLong(memory.group(4)));
        return memory.group(5) == null ? moved : moved.broadcast();
    }

    private static boolean isRegister(String text) {
        return Arrays.stream(Gpr.values()).anyMatch(g -> g.name().equals(name(text)));
    }

    private static Gpr register(String text) {
        return Gpr.valueOf(name(text));
    }

    /** The 64-bit register of which this is perhaps the lower half. */
    private static String name(String text) {
        String whole = text.matches("r\\d+d") ? text.substring(0, text.length() - 1) : text;
        return whole.replaceFirst("^e", "r").toUpperCase(Locale.ROOT);
    }

    private Label label(String name) {
        return labels.computeIfAbsent(name, assembler::label);
    }
}
