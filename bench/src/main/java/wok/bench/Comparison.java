package wok.bench;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Engines taking turns on the same tests, and what they reached.
 *
 * <p>A shared machine drifts by some 20 % within an hour, so figures that were taken one after the other compare
 * hours, not engines. Here every round runs every engine on one part before the next part comes, the next round in the
 * other order, and a ratio is always one of two neighbours in the same round. What is reported is the median of these
 * ratios with the least and the greatest: of three rounds all three are seen.
 *
 * @param engines ours first
 * @param values by measure and threads, for each engine the value of each round
 */
record Comparison(List<Engine> engines, Map<Row, Map<Engine, List<Double>>> values) {

    /** One line of the report. */
    record Row(Measure measure, int threads) {}

    /** Median, least and greatest of the rounds' ratios. */
    record Ratio(double median, double least, double greatest) {}

    /** Runs all rounds; {@code progress} hears of every process before it starts. */
    static Comparison run(List<Engine> engines, CompareOptions options, Consumer<String> progress) {
        Map<Row, Map<Engine, List<Double>>> values = new LinkedHashMap<>();
        for (int round = 0; round < options.rounds(); round++) {
            List<Engine> order = round % 2 == 0 ? engines : engines.reversed();
            for (int threads : options.threads()) {
                for (Part part : options.parts()) {
                    for (Engine engine : order) {
                        progress.accept(
                                "round " + (round + 1) + ", " + threads + " threads, " + part + ": " + engine.name());
                        engine.measure(part, threads)
                                .forEach((measure, value) ->
                                        add(values, new Row(kept(measure, part), threads), engine, value));
                    }
                }
            }
        }
        values.keySet().removeIf(row -> row.measure().name().isEmpty());
        return new Comparison(engines, values);
    }

    /** Memory counts in the first part alone: there engines do the same. */
    private static Measure kept(Measure measure, Part part) {
        return measure.equals(Measure.PEAK_MEMORY) && !(part instanceof Part.Alone)
                ? new Measure("", "", false)
                : measure;
    }

    private static void add(Map<Row, Map<Engine, List<Double>>> values, Row row, Engine engine, double value) {
        values.computeIfAbsent(row, key -> new LinkedHashMap<>())
                .computeIfAbsent(engine, key -> new ArrayList<>())
                .add(value);
    }

    /** How much better our engine is in this row; empty if one of the two has no such test. */
    Optional<Ratio> ratio(Row row, Engine peer) {
        List<Double> ours = of(row, engines.getFirst());
        List<Double> theirs = of(row, peer);
        if (ours.isEmpty() || ours.size() != theirs.size()) {
            return Optional.empty();
        }
        List<Double> ratios = new ArrayList<>();
        for (int round = 0; round < ours.size(); round++) {
            ratios.add(row.measure().ratio(ours.get(round), theirs.get(round)));
        }
        List<Double> sorted = ratios.stream().sorted().toList();
        return Optional.of(new Ratio(Measure.median(ratios), sorted.getFirst(), sorted.getLast()));
    }

    /** The values of an engine in a row, by round. */
    List<Double> of(Row row, Engine engine) {
        return values.getOrDefault(row, Map.of()).getOrDefault(engine, List.of());
    }
}
