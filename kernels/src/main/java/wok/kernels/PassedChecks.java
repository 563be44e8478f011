package wok.kernels;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.zip.CRC32C;
import wok.assembler.CpuFeatures;
import wok.assembler.MachineFunction;

/**
 * Which machine code was compared with the reference before: on this processor, by this build, under this Java. The
 * comparison takes a tenth of a second of a cold start, since the reference runs interpreted there, and it would find
 * what it found the last time: code and cases are the same to the byte. So the launcher names a file beside its build
 * ({@code -Dwok.checked}) in which passed checks are noted, a line each:
 *
 * <pre>
 * what was compared | checksum of its code | processor | Java | sizes and times of the jars
 * </pre>
 *
 * <p>Code is assembled anew at every start and its checksum compared; nothing that runs is ever read from the file. A line
 * that differs in a letter counts as absent, and then the code is compared again. Without the property, or with classes
 * that lie in folders and may change under the same name, every check is made every time; {@code wok doctor} compares
 * everything always. Thread-safe.
 */
final class PassedChecks {
    private static final System.Logger LOGGER = System.getLogger(PassedChecks.class.getName());
    private static final String PROPERTY = "wok.checked";

    /** Some hundred lines; a longer file is begun anew. */
    private static final int BYTES_MAX = 1 << 16;

    private final Optional<Path> file;
    private final String circumstances;
    private final Set<String> lines = ConcurrentHashMap.newKeySet();

    private PassedChecks(Optional<Path> file, String circumstances) {
        this.file = file;
        this.circumstances = circumstances;
    }

    /** Remembers nothing. */
    static PassedChecks none() {
        return new PassedChecks(Optional.empty(), "");
    }

    /** Those of the file that the launcher named, if it named one. */
    static PassedChecks ofProcess(CpuFeatures cpu) {
        String named = System.getProperty(PROPERTY, "");
        Optional<String> build = stamp(PassedChecks.class)
                .flatMap(kernels -> stamp(MachineFunction.class).map(assembler -> kernels + assembler));
        return named.isEmpty() || build.isEmpty() || cpu.processor().isEmpty()
                ? none()
                : of(Path.of(named), cpu.processor() + " | " + Runtime.version() + " | " + build.get());
    }

    /**
     * Those of a file, absent or damaged though it may be.
     *
     * @param circumstances under which a check holds, one line
     */
    static PassedChecks of(Path file, String circumstances) {
        PassedChecks checks = new PassedChecks(Optional.of(file), circumstances);
        try {
            if (Files.size(file) <= BYTES_MAX) {
                String text = new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
                checks.lines.addAll(List.of(text.split("\n")));
            } else {
                Files.delete(file);
            }
        } catch (NoSuchFileException e) {
            LOGGER.log(Level.DEBUG, "{0}: not there yet", file);
        } catch (IOException e) {
            LOGGER.log(Level.DEBUG, "{0}: {1}", file, e.toString());
        }
        return checks;
    }

    /** Size and time of the jar that a class comes from; empty when it is none. */
    private static Optional<String> stamp(Class<?> type) {
        try {
            URI location =
                    type.getProtectionDomain().getCodeSource().getLocation().toURI();
            Path jar = Path.of(location);
            return Files.isRegularFile(jar)
                    ? Optional.of(Files.size(jar) + "@"
                            + Files.getLastModifiedTime(jar).toMillis() + " ")
                    : Optional.empty();
        } catch (IOException | URISyntaxException | InvalidPathException | UnsupportedOperationException e) {
            LOGGER.log(Level.DEBUG, "{0}: {1}", type, e.toString());
            return Optional.empty();
        }
    }

    /**
     * Makes a check, unless this very code has passed it before.
     *
     * @param what it compares, for the file
     * @param check throws {@link KernelException} if the code is not as it should be
     */
    void once(String what, List<MachineFunction> code, Runnable check) {
        if (!passed(what, code)) {
            check.run();
            note(what, code);
        }
    }

    /** Whether this very code has passed a check before. */
    boolean passed(String what, List<MachineFunction> code) {
        return file.isPresent() && lines.contains(line(what, code));
    }

    /** Notes that it has. A file that can't be written is no misfortune: the check is made again next time. */
    void note(String what, List<MachineFunction> code) {
        if (file.isEmpty()) {
            return;
        }
        String line = line(what, code);
        lines.add(line);
        try {
            Files.writeString(
                    file.get(),
                    "\n" + line, // behind whatever was cut off
                    StandardCharsets.ISO_8859_1,
                    StandardOpenOption.CREATE,
                    StandardOpenOption.APPEND);
        } catch (IOException e) {
            LOGGER.log(Level.DEBUG, "{0}: not noted: {1}", file.get(), e.toString());
        }
    }

    private String line(String what, List<MachineFunction> code) {
        return what + " | " + Long.toHexString(sum(code)) + " | " + circumstances;
    }

    private static long sum(List<MachineFunction> code) {
        CRC32C sum = new CRC32C();
        code.forEach(function -> sum.update(function.code().asByteBuffer()));
        return sum.getValue();
    }
}
