package wok.assembler;

import java.util.ArrayList;
import java.util.List;

/** Makes lines of assembly of the general instructions: every register, immediates at the edges, jumps. */
final class GeneralForms {
    private static final List<String> WIDE = List.of(
            "rax", "rcx", "rdx", "rbx", "rsp", "rbp", "rsi", "rdi", "r8", "r9", "r10", "r11", "r12", "r13", "r14",
            "r15");
    private static final List<String> NARROW = List.of(
            "eax", "ecx", "edx", "ebx", "esp", "ebp", "esi", "edi", "r8d", "r9d", "r10d", "r11d", "r12d", "r13d",
            "r14d", "r15d");
    private static final List<String> CONDITIONS =
            List.of("b", "ae", "e", "ne", "be", "a", "s", "ns", "l", "ge", "le", "g");
    private static final List<Long> IMMEDIATES =
            List.of(0L, 1L, 127L, 128L, -128L, -129L, (long) Integer.MAX_VALUE, (long) Integer.MIN_VALUE);

    private final List<String> lines = new ArrayList<>();

    static List<String> lines() {
        GeneralForms made = new GeneralForms();
        for (int n = 0; n < WIDE.size(); n++) {
            made.register(WIDE.get(n), NARROW.get(n), WIDE.get((n + 5) % 16), NARROW.get((n + 5) % 16));
        }
        made.conditions();
        made.jumps();
        made.lines.addAll(List.of("ret", "cpuid", "xgetbv", "vzeroupper", "prefetcht0 [rsi+256]"));
        made.lines.addAll(List.of("prefetcht1 [r9+rdx*4]", "prefetchnta [r13]", "movzx eax, byte ptr [r9+rdx*1]"));
        return made.lines;
    }

    private void register(String to, String to32, String from, String from32) {
        for (String name : List.of("mov", "add", "sub", "and", "or", "xor", "cmp")) {
            lines.add("{load} " + name + " " + to + ", " + from);
            lines.add(name + " " + to + ", [" + from + "+8]");
        }
        lines.add("test " + to + ", " + from);
        lines.add("mov [" + from + "], " + to);
        lines.add("mov [" + from + "-4], " + to32);
        lines.add("mov " + to32 + ", [" + from + "+4096]");
        lines.add("{load} mov " + to32 + ", " + from32);
        moves(to, to32, from);
        for (String name : List.of("add", "sub", "and", "cmp")) {
            IMMEDIATES.forEach(number -> lines.add(name + " " + to + ", " + number));
        }
        for (String name : List.of("shl", "shr", "sar")) {
            List.of(1, 2, 31, 63).forEach(bits -> lines.add(name + " " + to + ", " + bits));
        }
        List.of("neg", "not", "inc", "dec", "push", "pop").forEach(name -> lines.add(name + " " + to));
        lines.add("imul " + to + ", " + from);
        List.of(3, -128, 128, Integer.MIN_VALUE).forEach(n -> lines.add("imul " + to + ", " + from + ", " + n));
        lines.add("bzhi " + to + ", " + from + ", rcx");
        lines.add("bzhi rcx, rdx, " + to);
    }

    private void moves(String to, String to32, String from) {
        lines.add("mov " + to32 + ", 0");
        lines.add("mov " + to32 + ", 2147483648");
        lines.add("mov " + to32 + ", 4294967295");
        lines.add("mov " + to + ", -1");
        lines.add("mov " + to + ", -2147483648");
        lines.add("mov " + to + ", 4294967296");
        lines.add("mov " + to + ", -2147483649");
        lines.add("mov " + to + ", 9223372036854775807");
        lines.add("movzx " + to32 + ", byte ptr [" + from + "]");
        lines.add("movsx " + to + ", byte ptr [" + from + "+1]");
        lines.add("movzx " + to32 + ", word ptr [" + from + "+2]");
        lines.add("movsxd " + to + ", dword ptr [" + from + "]");
        lines.add("lea " + to + ", [" + from + "+rbp*8+100000]");
    }

    private void conditions() {
        for (String condition : CONDITIONS) {
            lines.add("cmov" + condition + " rax, r9");
            lines.add("cmov" + condition + " r10, [rsp+8]");
            lines.add("l1:; dec rcx; j" + condition + " l1");
            lines.add("{disp32} j" + condition + " l1; inc rax; l1:; ret");
        }
    }

    private void jumps() {
        lines.add("l1:; inc rax; jmp l1");
        lines.add("{disp32} jmp l1; inc rax; l1:; ret");
        lines.add("call l1; ret; l1:; ret");
        lines.add("l1:; ret; call l1");
        lines.add("{disp32} je l2; l1:; {disp32} jmp l2; l2:; je l1; jmp l1; ret");
        String nine = "mov qword, 4294967296; ".replace("qword", "rdx"); // ten bytes
        for (int bytes : new int[] {120, 130}) { // the least short and the first long distance lie between
            for (int more = 0; more < 10; more++) {
                String body = nine.repeat(bytes / 10) + "ret; ".repeat(more);
                lines.add("l1:; " + body + "jne l1");
                lines.add("l1:; " + body + "jmp l1");
            }
        }
        lines.add("{disp32} jne l1; " + nine.repeat(20) + "l1:; ret");
    }
}
