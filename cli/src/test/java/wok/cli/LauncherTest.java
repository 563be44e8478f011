package wok.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** The script {@code wok} as a release has it: beside a folder lib/ with all modules. */
@EnabledOnOs(
        value = {OS.LINUX, OS.MAC},
        disabledReason = "the script is for POSIX systems")
class LauncherTest {
    @TempDir
    static Path folder;

    private static Path script = Path.of("");
    private static Path model = Path.of("");

    @BeforeAll
    static void unpackRelease() throws IOException {
        Path release = folder.resolve("a release");
        Files.createDirectories(release.resolve("lib"));
        script = Files.copy(Path.of("..", "wok"), release.resolve("wok"), StandardCopyOption.COPY_ATTRIBUTES);
        int count = 0;
        for (String entry : System.getProperty("jdk.module.path").split(File.pathSeparator, -1)) {
            Path part = Path.of(entry);
            boolean exploded = Files.isDirectory(part);
            copy(
                    part,
                    release.resolve("lib")
                            .resolve(
                                    exploded
                                            ? "module" + count++
                                            : part.getFileName().toString()));
        }
        model = ModelFiles.gguf(folder);
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : files.toList()) {
                Files.copy(file, to.resolve(from.relativize(file).toString()));
            }
        }
    }

    private static ProcessBuilder process(String... words) {
        ProcessBuilder builder = new ProcessBuilder(words).directory(folder.toFile());
        builder.environment().put("WOK_JAVA_HOME", System.getProperty("java.home"));
        builder.environment().put("WOK_HOME", folder.resolve("home").toString());
        builder.environment().put("WOK_OFFLINE", "1");
        builder.environment().put("TERM", "xterm");
        return builder;
    }

    private static CommandRun run(String input, String... words) throws IOException, InterruptedException {
        return finish(process(words).start(), input);
    }

    /** A process that does not end by itself is ended, so that reading it ends too. */
    private static CommandRun finish(Process process, String input) throws IOException, InterruptedException {
        CompletableFuture.delayedExecutor(60, TimeUnit.SECONDS).execute(process::destroyForcibly);
        try (var stdin = process.getOutputStream()) {
            stdin.write(input.getBytes(StandardCharsets.UTF_8));
        }
        String out = read(process.getInputStream());
        String err = read(process.getErrorStream());
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        return new CommandRun(process.exitValue(), out, err);
    }

    private static String read(InputStream in) throws IOException {
        return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }

    @Test
    void startsFromAnywhereThroughASymlink() throws IOException, InterruptedException {
        Path link = Files.createSymbolicLink(folder.resolve("link"), folder.relativize(script));
        CommandRun run = run("", link.toString(), "--version");
        assertThat(run.err()).isEmpty();
        assertThat(run.out()).startsWith("wok ");
        assertThat(run.code()).isZero();
    }

    @Test
    void passesArgumentsInputAndExitCodesOn() throws IOException, InterruptedException {
        CommandRun run = run("", script.toString(), "tokenize", model.toString(), "two  spaces * \"quoted\" é");
        assertThat(run.out())
                .isEqualTo(CommandRun.of("tokenize", model, "two  spaces * \"quoted\" é")
                        .out());
        assertThat(run("piped", script.toString(), "tokenize", model.toString()).out())
                .isEqualTo(CommandRun.of("tokenize", model, "piped").out());
        CommandRun wrong = run("", script.toString(), "frobnicate");
        assertThat(wrong.code()).isEqualTo(2);
        assertThat(wrong.err()).hasLineCount(1).startsWith("wok: ");
        assertThat(run("", script.toString(), "show", "none.gguf").code()).isEqualTo(1);
    }

    @Test
    void endsQuietlyWhenTheReaderGoes() throws IOException, InterruptedException {
        List<String> tokens = new ArrayList<>();
        for (int i = 0; i < 300; i++) {
            tokens.add(Integer.toString(i));
        }
        String line = "'" + script + "' logits " + model + " --all --tokens " + String.join(",", tokens)
                + " | head -c 20; echo; echo code ${PIPESTATUS[0]}";
        CommandRun run = run("", "bash", "-c", line);
        assertThat(run.err()).isEmpty();
        assertThat(run.out()).contains("code 0");
    }

    @Test
    @EnabledOnOs(value = OS.LINUX, disabledReason = "other systems have no /dev/full")
    void failsWithOneLineWhenTheDiskIsFull() throws IOException, InterruptedException {
        CommandRun run = run("", "bash", "-c", "'" + script + "' show " + model + " > /dev/full");
        assertThat(run.code()).isEqualTo(1);
        assertThat(run.err()).hasLineCount(1).startsWith("wok: output: can't be written");
    }

    @Test
    void stopsOnCtrlCWithItsOwnExitCode() throws IOException, InterruptedException {
        Process process = process(
                        script.toString(), "run", model.toString(), "Hi", "--ignore-eos", "--context", "128,shift")
                .start();
        process.getOutputStream().close();
        assertThat(process.getInputStream().read()).isNotNegative();
        new ProcessBuilder("kill", "-INT", Long.toString(process.pid())).start().waitFor();
        CommandRun run = finish(process, "");
        assertThat(run.code()).isEqualTo(130);
        assertThat(run.err()).doesNotContain("Exception").doesNotContain("wok:");
        assertThat(run.out()).endsWith("\n");
    }

    @Test
    @EnabledOnOs(value = OS.LINUX, disabledReason = "the program script has other options elsewhere")
    void chatsOnATerminal() throws IOException, InterruptedException {
        String command = "'" + script + "' chat " + model + " -n 8 --seed 1";
        Process process = process("script", "-qec", command, "/dev/null")
                .redirectErrorStream(true)
                .start();
        StringBuilder seen = new StringBuilder();
        awaitText(process, seen, ">>> ");
        type(process, "Hello\r");
        awaitText(process, seen, ">>> ");
        type(process, "/tokens\r");
        awaitText(process, seen, "of 512 tokens");
        type(process, "/exit\r");
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).isZero();
    }

    private static void type(Process process, String text) throws IOException {
        process.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
        process.getOutputStream().flush();
    }

    /** Reads until the text has come, and forgets what came before it. */
    private static void awaitText(Process process, StringBuilder seen, String text) throws IOException {
        byte[] buffer = new byte[4096];
        while (seen.indexOf(text) < 0) {
            int count = process.getInputStream().read(buffer);
            assertThat(count).as("the end of the output, after: " + seen).isPositive();
            seen.append(new String(buffer, 0, count, StandardCharsets.UTF_8));
        }
        seen.delete(0, seen.indexOf(text) + text.length());
    }

    @Test
    void saysWhatToInstallWhenTheJavaIsTooOld() throws IOException, InterruptedException {
        Path old = folder.resolve("jdk-17");
        Files.createDirectories(old.resolve("bin"));
        Files.writeString(old.resolve("release"), "JAVA_VERSION=\"17.0.15\"\n");
        Path java = Files.writeString(old.resolve("bin/java"), "#!/bin/sh\n");
        assertThat(java.toFile().setExecutable(true)).isTrue();
        ProcessBuilder builder = process(script.toString(), "--version");
        builder.environment().put("WOK_JAVA_HOME", old.toString());
        CommandRun run = finish(builder.start(), "");
        assertThat(run.code()).isEqualTo(1);
        assertThat(run.err()).contains("has Java 17 (expected: a JDK 25 or newer)");
    }
}
