package wok.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import wok.kernels.KernelException;
import wok.kernels.KernelSet;
import wok.kernels.Kernels;
import wok.testkit.TinyFamily;
import wok.testkit.TinyModel;

/** A program in a JVM of its own, on the class path and on the module path, as its author would start it. */
@Timeout(120)
final class SeparateProcessTest {
    private static final List<Class<?>> ONE_OF_EACH_MODULE = List.of(
            Hello.class,
            wok.api.Wok.class,
            wok.engine.Engine.class,
            wok.hub.ModelStore.class,
            wok.model.Transformer.class,
            wok.tokenizer.Tokenizer.class,
            wok.formats.Json.class,
            wok.kernels.Kernels.class,
            wok.tensor.Tensor.class);

    @TempDir
    private Path folder;

    private static String path() {
        Stream<URI> places = ONE_OF_EACH_MODULE.stream()
                .map(type -> URI.create(
                        type.getProtectionDomain().getCodeSource().getLocation().toString()));
        // Machine code is the kernels' own affair: its module exports nothing to others.
        Stream<URI> assembler = ModuleLayer.boot().configuration().findModule("wok.assembler").stream()
                .flatMap(module -> module.reference().location().stream());
        return Stream.concat(places, assembler)
                .map(place -> Path.of(place).toString())
                .collect(Collectors.joining(File.pathSeparator));
    }

    /** The lines of its output, errors among them. */
    private List<String> run(String... arguments) throws IOException, InterruptedException {
        Path model = TinyModel.of(TinyFamily.LLAMA).writeGguf(folder.resolve("tiny.gguf"));
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of(arguments));
        command.add(model.toString());
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as(output).isZero();
        return output.lines().toList();
    }

    private static Stream<String> warnings(List<String> lines) {
        return lines.stream().filter(line -> line.startsWith("wok: "));
    }

    @Test
    void runsOnTheModulePath() throws Exception {
        List<String> lines = run("-p", path(), "-m", "wok.examples/wok.examples.Hello");
        assertThat(lines).isNotEmpty();
        assertThat(warnings(lines)).isEmpty();
    }

    @Test
    void runsOnTheClassPathWithTheFlag() throws Exception {
        List<String> lines = run("--add-modules", "jdk.incubator.vector", "-cp", path(), "wok.examples.Hello");
        assertThat(lines).isNotEmpty();
        assertThat(warnings(lines)).isEmpty();
    }

    /** Machine code needs no flag; a processor without it needs the Vector API, and hears how to get it. */
    @Test
    void runsOnTheClassPathWithoutTheFlagAndNamesItWhereItHelps() throws Exception {
        List<String> lines = run("-cp", path(), "wok.examples.Hello");
        assertThat(lines).isNotEmpty();
        if (isMachineCodePossible()) {
            assertThat(warnings(lines)).isEmpty();
        } else {
            assertThat(warnings(lines)).singleElement().asString().contains("--add-modules jdk.incubator.vector");
        }
    }

    private static boolean isMachineCodePossible() {
        try {
            return Kernels.create(KernelSet.MACHINE).set() != KernelSet.REFERENCE;
        } catch (KernelException e) {
            return false;
        }
    }
}
