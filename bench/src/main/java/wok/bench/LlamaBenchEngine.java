package wok.bench;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import wok.bench.CompareOptions.Joined;
import wok.formats.Json;

/**
 * Any program with the arguments and the JSON of llama.cpp's {@code llama-bench}; for answers at once, one with those
 * of {@code llama-batched-bench}. Two dialects: {@code -d N} and {@code --no-warmup}, or the older {@code -gp N,M} and
 * {@code -w 0}, told apart by the program's help.
 *
 * @param batched the second program
 * @param words more options for the first
 */
record LlamaBenchEngine(
        String name, Path program, Optional<Path> batched, List<String> words, boolean newer, CompareOptions options)
        implements Engine {
    /** A row of llama-batched-bench's table: PP, TG, B, N_KV, four times and speeds, of which S_TG is the eighth. */
    private static final Pattern ROW = Pattern.compile("(?m)^\\|\\s*\\d+ \\|\\s*(\\d+) \\|\\s*(\\d+) \\|\\s*\\d+ \\|"
            + "\\s*[\\d.]+ \\|\\s*[\\d.]+ \\|\\s*[\\d.]+ \\|\\s*([\\d.]+) \\|");

    /** The engine of a program, whose dialect is asked for. */
    static LlamaBenchEngine of(
            String name, Path program, Optional<Path> batched, List<String> words, CompareOptions options) {
        ChildProcess.Ended help =
                ChildProcess.run(List.of(program.toString(), "--help"), Map.of(), Duration.ofSeconds(60));
        boolean newer = (help.out() + help.err()).contains("--n-depth");
        return new LlamaBenchEngine(name, program, batched, words, newer, options);
    }

    @Override
    public Map<Measure, Double> measure(Part part, int threads) {
        return switch (part) {
            case Part.Alone alone ->
                run(threads, 0, "-p", Joined.of(alone.prompts()), "-n", Integer.toString(alone.answer()));
            case Part.Deep deep ->
                newer
                        ? run(
                                threads,
                                deep.depth(),
                                "-p",
                                "0",
                                "-n",
                                Integer.toString(deep.answer()),
                                "-d",
                                Integer.toString(deep.depth()))
                        : run(threads, deep.depth(), "-p", "0", "-n", "0", "-gp", deep.depth() + "," + deep.answer());
            case Part.Together together ->
                batched.map(second -> together(second, together, threads)).orElse(Map.of());
            case Part.Start start -> {
                List<String> command = command(threads, "-p", Integer.toString(start.prompt()), "-n", "0", "-r", "1");
                command.addAll(newer ? List.of("--no-warmup") : List.of("-w", "0"));
                ChildProcess.Ended ended = ChildProcess.succeed(command, Map.of(), CompareOptions.PART_MAX);
                yield Map.of(Measure.FIRST_TOKEN, ended.millis());
            }
        };
    }

    private List<String> command(int threads, String... tests) {
        List<String> command = new ArrayList<>(List.of(
                program.toString(), "-m", options.model().toString(), "-t", Integer.toString(threads), "-o", "json"));
        command.addAll(words);
        command.addAll(List.of(tests));
        return command;
    }

    private Map<Measure, Double> run(int threads, int depth, String... tests) {
        List<String> command = command(threads, tests);
        command.addAll(List.of("-r", Integer.toString(options.runs())));
        ChildProcess.Ended ended = ChildProcess.succeed(command, Map.of(), CompareOptions.PART_MAX);
        Map<Measure, Double> values = new LinkedHashMap<>(speeds(name, ended.out(), depth));
        ended.peakMib().ifPresent(peak -> values.put(Measure.PEAK_MEMORY, peak));
        return values;
    }

    /** The speeds in llama-bench's JSON: an answer has {@code n_gen}, whatever stood before it. */
    static Map<Measure, Double> speeds(String name, String out, int depth) {
        Map<Measure, Double> values = new LinkedHashMap<>();
        int from = Math.max(0, out.indexOf('['));
        if (!(Json.parse(name, out.substring(from).getBytes(StandardCharsets.UTF_8)) instanceof Json.Arr results)) {
            throw new BenchException(name + ": printed no list of results (expected: llama-bench's -o json)");
        }
        for (Json element : results.elements()) {
            Json.Obj result = (Json.Obj) element;
            int answer = result.number("n_gen").orElseThrow().intValue();
            Measure measure = answer > 0
                    ? Measure.answer(answer, depth)
                    : Measure.prompt(result.number("n_prompt").orElseThrow().intValue());
            values.put(measure, result.number("avg_ts").orElseThrow().doubleValue());
        }
        return values;
    }

    private Map<Measure, Double> together(Path second, Part.Together part, int threads) {
        int most = part.streams().stream().mapToInt(Integer::intValue).max().orElse(1);
        List<String> command = new ArrayList<>(List.of(
                second.toString(),
                "-m",
                options.model().toString(),
                "-t",
                Integer.toString(threads),
                "-c",
                Integer.toString(most * (part.depth() + part.answer())),
                "-npp",
                Integer.toString(part.depth()),
                "-ntg",
                Integer.toString(part.answer()),
                "-npl",
                Joined.of(part.streams())));
        ChildProcess.Ended ended = ChildProcess.succeed(command, Map.of(), CompareOptions.PART_MAX);
        return table(ended.out() + "\n" + ended.err(), part.depth());
    }

    /** The speeds of answers in llama-batched-bench's table. */
    static Map<Measure, Double> table(String out, int depth) {
        Map<Measure, Double> values = new LinkedHashMap<>();
        Matcher row = ROW.matcher(out);
        while (row.find()) {
            Measure measure = Measure.streams(Integer.parseInt(row.group(1)), Integer.parseInt(row.group(2)), depth);
            values.put(measure, Double.parseDouble(row.group(3)));
        }
        return values;
    }
}
