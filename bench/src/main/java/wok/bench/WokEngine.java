package wok.bench;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import wok.bench.CompareOptions.Joined;
import wok.formats.Json;

/**
 * {@code wok bench}.
 *
 * @param program the starter
 * @param words more options, {@code --kernels vector} for one
 */
record WokEngine(String name, Path program, List<String> words, CompareOptions options) implements Engine {

    @Override
    public Map<Measure, Double> measure(Part part, int threads) {
        return switch (part) {
            case Part.Alone alone ->
                run(threads, "-p", Joined.of(alone.prompts()), "-n", Integer.toString(alone.answer()));
            case Part.Deep deep ->
                run(
                        threads,
                        "-p",
                        "0",
                        "-n",
                        Integer.toString(deep.answer()),
                        "--depth",
                        Integer.toString(deep.depth()));
            case Part.Together together ->
                run(
                        threads,
                        "-p",
                        "0",
                        "-n",
                        Integer.toString(together.answer()),
                        "--streams",
                        Joined.of(together.streams()),
                        "--stream-depth",
                        Integer.toString(together.depth()));
            case Part.Start start -> {
                List<String> command = command(threads, "-p", Integer.toString(start.prompt()), "-n", "0");
                command.addAll(List.of("-r", "1", "--no-warmup"));
                ChildProcess.Ended ended = ChildProcess.succeed(command, Map.of(), CompareOptions.PART_MAX);
                yield Map.of(Measure.FIRST_TOKEN, ended.millis());
            }
        };
    }

    private List<String> command(int threads, String... tests) {
        List<String> command = new ArrayList<>(List.of(
                program.toString(), "bench", options.model().toString(), "-t", Integer.toString(threads), "--json"));
        command.addAll(words);
        command.addAll(List.of(tests));
        return command;
    }

    private Map<Measure, Double> run(int threads, String... tests) {
        List<String> command = command(threads, tests);
        command.addAll(List.of("-r", Integer.toString(options.runs())));
        ChildProcess.Ended ended = ChildProcess.succeed(command, Map.of(), CompareOptions.PART_MAX);
        Map<Measure, Double> values = new LinkedHashMap<>();
        Json.Obj document = Json.parseObject(name, ended.out().getBytes(StandardCharsets.UTF_8));
        for (Json element : document.array("results").orElseThrow().elements()) {
            Json.Obj result = (Json.Obj) element;
            values.put(
                    new Measure(result.text("test").orElseThrow(), "tokens/s", true),
                    result.number("tokens_per_second").orElseThrow().doubleValue());
        }
        ended.peakMib().ifPresent(peak -> values.put(Measure.PEAK_MEMORY, peak));
        return values;
    }
}
