package wok.cli;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import wok.synth.SynthModel;
import wok.synth.SynthShape;
import wok.synth.SynthType;

/**
 * What a user does in the first seconds, without one: help, lists, answers of a small random model. The launcher runs it
 * once for each build, while Java writes down which classes that took and how they were used ({@code
 * -XX:AOTCacheOutput}); later starts begin from there. It leaves nothing behind but that file. One thread.
 */
public final class Rehearsal {
    /** Rows of 512, so that every type's blocks fit; large enough that its packed weights are kept. */
    private static final SynthShape SHAPE =
            new SynthShape("rehearsal", "qwen3", 4, 512, 8, 4, 64, 1536, 8192, 2048, 1e-6f, 1e6f, true, 0);

    private final Streams streams;
    private final Path folder;

    private Rehearsal(Path folder) {
        this.folder = folder;
        streams = new Streams(
                new ByteArrayInputStream(new byte[0]),
                new Output(OutputStream.nullOutputStream()),
                new Output(OutputStream.nullOutputStream()),
                false,
                false,
                false,
                0,
                Map.of("WOK_HOME", folder.resolve("home").toString(), "WOK_OFFLINE", "1"));
    }

    /** Runs the rehearsal; no arguments. */
    public static void main(String[] arguments) throws IOException {
        Path folder = Files.createTempDirectory("wok-rehearsal");
        try {
            new Rehearsal(folder).play();
        } finally {
            delete(folder);
        }
    }

    private void play() {
        wok("--help");
        wok("run", "--help");
        wok("list");
        wok("list", "--all");
        for (SynthType type : List.of(SynthType.of("Q8_0"), SynthType.of("Q4_K_M"))) {
            String model = folder.resolve(type + ".gguf").toString();
            new SynthModel(SHAPE, type, 1).write(Path.of(model), bytes -> {});
            wok("show", model);
            wok("tokenize", model, "Why is the sky blue?");
            for (int run = 0; run < 3; run++) {
                wok("run", model, "Why is the sky blue?", "--max-tokens", "24", "--stats");
            }
            wok("run", model, "Why is the sky blue?", "--max-tokens", "8", "--temperature", "0", "--json");
            wok("chat", model);
        }
    }

    private void wok(String... words) {
        Main.run(words, streams);
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
