package wok.assembler;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Writes the goldens: lines of assembly with the bytes that GNU as makes of them. Run where {@code as} and
 * {@code objdump} are (binutils 2.36 or newer), from the folder {@code assembler}, after the test classes are compiled:
 *
 * <pre>java -cp target/classes:target/test-classes wok.assembler.GoldenWriter src/test/resources/wok/assembler</pre>
 *
 * <p>GNU as is asked without optimisations. Where two encodings say the same and it would take another than
 * {@link Assembler}, a line begins with the pseudo-prefix that makes it take ours: {@code {load}} for moves and
 * arithmetic between registers (the opcode whose ModRM.rm is the source), {@code {disp32}} for jumps forward.
 */
final class GoldenWriter {
    private static final Pattern SECTION = Pattern.compile("Contents of section \\.c(\\d+):");
    private static final Pattern CONTENT = Pattern.compile(" [0-9a-f]+ ((?:[0-9a-f]+ )+) .*");

    private GoldenWriter() {}

    /** The folder of the resources is the only argument. */
    public static void main(String[] arguments) throws IOException, InterruptedException {
        Path folder = Path.of(arguments[0]);
        write(folder.resolve("vectors.txt"), "every form", VectorForms.lines(Golden.lines("forms.txt")));
        write(folder.resolve("addresses.txt"), "addresses and registers", AddressForms.lines());
        write(folder.resolve("general.txt"), "general instructions", GeneralForms.lines());
    }

    private static void write(Path file, String what, List<String> lines) throws IOException, InterruptedException {
        Map<Integer, String> bytes = assemble(lines);
        List<String> rows = new ArrayList<>();
        rows.add("# GNU as, " + what + ": bytes | Intel syntax. Written by GoldenWriter.");
        for (int i = 0; i < lines.size(); i++) {
            rows.add(bytes.get(i) + " | " + lines.get(i));
        }
        Files.write(file, rows);
    }

    /** Each line in a section of its own, so that its bytes are found again. */
    private static Map<Integer, String> assemble(List<String> lines) throws IOException, InterruptedException {
        StringBuilder source = new StringBuilder(".intel_syntax noprefix\n");
        for (int i = 0; i < lines.size(); i++) {
            source.append(".section .c%d,\"ax\"%n".formatted(i));
            source.append(lines.get(i).replaceAll("\\b(l\\d|c\\d)\\b", "$1_" + i))
                    .append('\n');
        }
        Path folder = Files.createTempDirectory("goldens");
        Path assembly = Files.writeString(folder.resolve("lines.s"), source);
        run("as", "--64", "-o", folder.resolve("lines.o").toString(), assembly.toString());
        String dump = run("objdump", "-s", folder.resolve("lines.o").toString());
        Map<Integer, String> bytes = new TreeMap<>();
        int section = -1;
        for (String line : dump.lines().toList()) {
            Matcher head = SECTION.matcher(line);
            Matcher content = CONTENT.matcher(line);
            if (head.matches()) {
                section = Integer.parseInt(head.group(1));
            } else if (content.matches()) {
                bytes.merge(section, content.group(1).replace(" ", ""), String::concat);
            }
        }
        return bytes;
    }

    private static String run(String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new IOException(String.join(" ", command) + ": failed (expected: exit code 0)");
        }
        return output;
    }
}
