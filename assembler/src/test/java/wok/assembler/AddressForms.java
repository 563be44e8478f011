package wok.assembler;

import java.util.ArrayList;
import java.util.List;

/**
 * Makes lines of assembly of every base, index, scale and edge of a displacement, of every register in every place, and
 * of constants behind the code: in VEX, in EVEX and of a general register.
 */
final class AddressForms {
    private static final List<String> GENERAL = List.of(
            "rax", "rcx", "rdx", "rbx", "rsp", "rbp", "rsi", "rdi", "r8", "r9", "r10", "r11", "r12", "r13", "r14",
            "r15");

    /** How an address is used: N is how many bytes a short displacement counts in. */
    private record Use(String before, String after, int unit) {}

    private static final List<Use> USES =
            List.of(new Use("mov rdx, ", "", 1), new Use("vmovups xmm9, ", "", 1), new Use("vmovups zmm25, ", "", 64));

    private static final List<Use> UNITS = List.of(
            new Use("vpbroadcastb zmm1, ", "", 1),
            new Use("vpbroadcastw zmm2, ", "", 2),
            new Use("vaddps zmm3, zmm4, ", "{1to16}", 4),
            new Use("vpbroadcastq zmm5, ", "", 8),
            new Use("vpmovsxbd zmm6, ", "", 16),
            new Use("vcvtph2ps zmm7, ", "", 32),
            new Use("vpermq zmm8, ", ", 27", 64),
            new Use("vpshufd xmm9, ", ", 27", 1));

    private AddressForms() {}

    static List<String> lines() {
        List<String> lines = new ArrayList<>();
        for (Use use : USES) {
            for (String base : GENERAL) {
                List.of("", "+64", "-2147483648").forEach(d -> lines.add(line(use, base + d)));
            }
            for (String index : GENERAL) {
                if (!index.equals("rsp")) {
                    List.of(1, 2, 4, 8).forEach(scale -> lines.add(line(use, "rbx+" + index + "*" + scale)));
                    lines.add(line(use, "r13+" + index + "*8"));
                    lines.add(line(use, "rsp+" + index + "*4-4096"));
                }
            }
        }
        for (Use use : UNITS) {
            for (int displacement : new int[] {
                1,
                -1,
                use.unit,
                -use.unit,
                use.unit + 1,
                127 * use.unit,
                128 * use.unit,
                -128 * use.unit,
                -129 * use.unit,
                127 * use.unit + 1,
                64 * use.unit - 1,
                Integer.MAX_VALUE
            }) {
                lines.add(line(use, "rax" + (displacement < 0 ? "" : "+") + displacement));
            }
        }
        registers(lines);
        constants(lines);
        return lines;
    }

    private static String line(Use use, String address) {
        return use.before + "[" + address + "]" + use.after;
    }

    private static void registers(List<String> lines) {
        for (int n = 0; n < 32; n++) {
            for (String width : n < 16 ? List.of("ymm", "zmm") : List.of("xmm", "ymm", "zmm")) {
                String r = width + n;
                String one = width + 1;
                lines.add("vsubps " + r + ", " + one + ", " + one);
                lines.add("vsubps " + one + ", " + r + ", " + one);
                lines.add("vsubps " + one + ", " + one + ", " + r);
            }
        }
        for (int k = 1; k < 8; k++) {
            lines.add("vsubps zmm1{k" + k + "}, zmm2, zmm3");
            lines.add("vsubps xmm1{k" + k + "}{z}, xmm2, xmm3");
            lines.add("vpcmpd k" + k + ", zmm2, zmm3, 1");
        }
    }

    private static void constants(List<String> lines) {
        String end = "; ret; .balign 64, 0xCC; ";
        lines.add("vaddps ymm1, ymm2, [rip+c1]" + end + "c1: .long 1, 2, 3, 4, 5, 6, 7, -8");
        lines.add("vpshufd xmm1, [rip+c1], 27" + end + "c1: .long 1, 2, 3, 4");
        lines.add("vpternlogd zmm1, zmm2, [rip+c1]{1to16}, 202" + end + "c1: .long 2147483647");
        lines.add("vbroadcastss zmm30, dword ptr [rip+c1]" + end + "c1: .long -1");
        lines.add("imul r9, [rip+c1], 3; imul r9, [rip+c1], 1000" + end + "c1: .long 5, 0");
        lines.add("lea rax, [rip+c1]; vaddps xmm9, xmm1, [rip+c2]; vsubps xmm9, xmm1, [rip+c1]" + end
                + "c1: .long 1, 2, 3, 4; .balign 64, 0xCC; c2: .long 5, 6, 7, 8");
    }
}
