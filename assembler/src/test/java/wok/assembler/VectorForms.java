package wok.assembler;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Makes lines of assembly of the forms in {@code forms.txt}: of each form, for each width in VEX and EVEX, registers;
 * registers under a mask; memory whose displacement is the last that is short, and the first that is long; a broadcast.
 * Registers, masks, bases, indexes and immediates change from line to line.
 */
final class VectorForms {
    private static final String[] BASES = {
        "rax", "r13", "rbp", "rsp", "r12", "rbx", "rcx", "r9", "rdx", "rsi", "rdi", "r8", "r15", "r14", "r10", "r11"
    };
    private static final String[] INDEXES = {"", "+rcx*4", "", "+r13*8", "+rbp*1", "", "+r12*2"};

    private final List<String> lines = new ArrayList<>();
    private int turn;

    static List<String> lines(Stream<String> forms) {
        VectorForms made = new VectorForms();
        forms.map(form -> form.split(" ")).forEach(f -> made.form(f[0], f[1], f[2].split(",")));
        return made.lines;
    }

    private void form(String mnemonic, String widths, String[] operands) {
        for (char width : widths.replace("-", "").toCharArray()) {
            boolean evex = Character.isUpperCase(width);
            boolean masks = evex && !widths.endsWith("-");
            boolean registers = !operands[0].startsWith("m")
                    && !operands[operands.length - 1].startsWith("m")
                    && Stream.of(operands).noneMatch("m128"::equals);
            if (registers) {
                add(mnemonic, width, operands, new Choice(evex, false, 0, false));
                add(mnemonic, width, operands, new Choice(evex, masks, 0, false));
            }
            if (Stream.of(operands).anyMatch(o -> o.startsWith("m") || o.contains("/"))) {
                add(mnemonic, width, operands, new Choice(evex, masks, 1, false));
                add(mnemonic, width, operands, new Choice(evex, false, 2, false));
            }
            if (evex && Stream.of(operands).anyMatch(o -> o.endsWith("/b"))) {
                add(mnemonic, width, operands, new Choice(true, masks, 1, true));
            }
        }
    }

    /**
     * Which case of a form.
     *
     * @param edge 0 for registers, 1 for memory with a short displacement, 2 with a long one
     */
    private record Choice(boolean evex, boolean masked, int edge, boolean broadcast) {}

    private void add(String mnemonic, char width, String[] operands, Choice choice) {
        turn++;
        StringBuilder line = new StringBuilder();
        for (int i = 0; i < operands.length; i++) {
            line.append(i == 0 ? " " : ", ").append(operand(operands[i], width, i, choice));
            if (i == 0 && choice.masked) {
                line.append(mask(operands[0], choice));
            }
        }
        lines.add(prefix(mnemonic, choice) + mnemonic + line);
    }

    /** GNU as turns a move between registers around, or swaps factors, if that makes the VEX prefix shorter. */
    private static String prefix(String mnemonic, Choice choice) {
        return mnemonic.startsWith("vmov") && choice.edge == 0 ? "{load} " : "";
    }

    private String mask(String operand, Choice choice) {
        if (operand.equals("k")) {
            return ""; // a comparison's mask of its own is not among the assembler's forms
        }
        boolean store = choice.edge != 0 && (operand.startsWith("m") || operand.contains("/"));
        return "{k" + (1 + turn % 7) + "}" + (!store && turn % 2 == 0 ? "{z}" : "");
    }

    private String operand(String form, char width, int position, Choice choice) {
        int bits = bits(form, width);
        boolean memory = form.startsWith("m") || (choice.edge != 0 && form.contains("/"));
        return switch (form.charAt(0)) {
            case 'i' -> Integer.toString(Math.floorMod(turn * 37, Integer.parseInt(form.substring(1))));
            case 'k' -> "k" + (turn * 3 + position) % 8;
            case 'r' -> general(form, turn * 5 + position);
            default -> memory ? memory(bits, width, choice) : vector(bits, position, choice);
        };
    }

    private static String general(String form, int number) {
        String[] words = {"ax", "cx", "dx", "bx", "sp", "bp", "si", "di"};
        int n = number % 16;
        boolean wide = form.equals("r64");
        return n < 8 ? (wide ? "r" : "e") + words[n] : "r" + n + (wide ? "" : "d");
    }

    /** The greatest number a vector register or memory operand has bits. */
    private static int bits(String form, char width) {
        int whole = 128 << "xyz".indexOf(Character.toLowerCase(width));
        String memory = form.startsWith("m") && form.length() > 1
                ? form.substring(1)
                : form.matches("[xyv]/\\d+") ? form.substring(2) : "";
        if (!memory.isEmpty()) {
            return Integer.parseInt(memory);
        }
        return switch (form.charAt(0)) {
            case 'h' -> whole / 2;
            case 'q' -> whole / 4;
            case 'x' -> 128;
            case 'y' -> 256;
            default -> whole;
        };
    }

    private String vector(int bits, int position, Choice choice) {
        int count = choice.evex ? 32 : 16;
        int number = (turn * (2 * position + 7) + position * 11) % count;
        if (choice.evex && !choice.masked && bits < 512) {
            number |= 16; // so that only EVEX can say it
        }
        return (bits > 256 ? "zmm" : bits > 128 ? "ymm" : "xmm") + number;
    }

    private String memory(int bits, char width, Choice choice) {
        int unit = !choice.evex ? 1 : (choice.broadcast ? 32 : bits) / 8;
        int displacement = choice.edge == 1 ? (turn % 2 == 0 ? 127 : -128) * unit : longDisplacement(unit);
        String index = INDEXES[turn % INDEXES.length];
        String text = "[" + BASES[turn % BASES.length] + index + (displacement < 0 ? "" : "+") + displacement + "]";
        String size = choice.broadcast ? "dword" : size(bits);
        int lanes = 4 << "xyz".indexOf(Character.toLowerCase(width));
        return size + " ptr " + text + (choice.broadcast ? "{1to" + lanes + "}" : "");
    }

    private int longDisplacement(int unit) {
        return switch (turn % 3) {
            case 0 -> 128 * unit;
            case 1 -> -129 * unit;
            default -> unit == 1 ? 0x12345678 : unit + unit / 2;
        };
    }

    private static String size(int bits) {
        return switch (bits) {
            case 8 -> "byte";
            case 16 -> "word";
            case 32 -> "dword";
            case 64 -> "qword";
            case 128 -> "xmmword";
            case 256 -> "ymmword";
            default -> "zmmword";
        };
    }
}
