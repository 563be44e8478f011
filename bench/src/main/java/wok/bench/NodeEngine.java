package wok.bench;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import wok.bench.CompareOptions.Joined;

/**
 * The npm package node-llama-cpp, in a folder where it is installed, through a small program of our own that takes
 * llama-bench's arguments. It has no test of answers at once.
 *
 * @param folder has {@code node_modules/node-llama-cpp}
 * @param script the program, in that folder
 */
record NodeEngine(String name, Path folder, Path script, CompareOptions options) implements Engine {
    private static final String SCRIPT = "node-llama-bench.mjs";

    /** Puts the program where node finds the package. */
    static NodeEngine of(Path folder, CompareOptions options) {
        if (!Files.isDirectory(folder.resolve("node_modules").resolve("node-llama-cpp"))) {
            throw new BenchException(folder + ": no node_modules/node-llama-cpp (expected: a folder where npm put it)");
        }
        Path script = folder.resolve(SCRIPT);
        try (InputStream in = Objects.requireNonNull(NodeEngine.class.getResourceAsStream(SCRIPT), SCRIPT)) {
            Files.write(script, in.readAllBytes());
        } catch (IOException e) {
            throw new BenchException(script + ": " + e.getMessage(), e);
        }
        return new NodeEngine("node-llama-cpp", folder, script, options);
    }

    @Override
    public Map<Measure, Double> measure(Part part, int threads) {
        return switch (part) {
            case Part.Alone alone ->
                run(threads, 0, "-p", Joined.of(alone.prompts()), "-n", Integer.toString(alone.answer()));
            case Part.Deep deep ->
                run(
                        threads,
                        deep.depth(),
                        "-p",
                        "0",
                        "-n",
                        Integer.toString(deep.answer()),
                        "-d",
                        Integer.toString(deep.depth()));
            case Part.Together together -> Map.of();
            case Part.Start start -> {
                List<String> command = command(threads, "-p", Integer.toString(start.prompt()), "-n", "0", "-r", "1");
                command.add("--no-warmup");
                ChildProcess.Ended ended = ChildProcess.succeed(command, Map.of(), CompareOptions.PART_MAX);
                yield Map.of(Measure.FIRST_TOKEN, ended.millis());
            }
        };
    }

    private List<String> command(int threads, String... tests) {
        List<String> command = new ArrayList<>(List.of(
                "node",
                script.toString(),
                "-m",
                options.model().toAbsolutePath().toString(),
                "-t",
                "" + threads));
        command.addAll(List.of(tests));
        return command;
    }

    private Map<Measure, Double> run(int threads, int depth, String... tests) {
        List<String> command = command(threads, tests);
        command.addAll(List.of("-r", Integer.toString(options.runs())));
        ChildProcess.Ended ended = ChildProcess.succeed(command, Map.of(), CompareOptions.PART_MAX);
        Map<Measure, Double> values = new LinkedHashMap<>(LlamaBenchEngine.speeds(name, ended.out(), depth));
        ended.peakMib().ifPresent(peak -> values.put(Measure.PEAK_MEMORY, peak));
        return values;
    }
}
