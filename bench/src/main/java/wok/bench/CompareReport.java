package wok.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import wok.bench.Comparison.Ratio;
import wok.bench.Comparison.Row;
import wok.formats.Json;

/** A comparison as a table for people and as JSON. */
record CompareReport(Comparison comparison, CompareOptions options) {
    private static final String LINE = "%-14s %8s  %-22s %10s %10s   %6s  %s%n";

    String table() {
        StringBuilder table = new StringBuilder();
        table.append(String.format(LINE, "TEST", "THREADS", "PEER", "WOK", "PEER'S", "RATIO", "MIN-MAX"));
        for (Row row : comparison.values().keySet()) {
            for (Engine peer : peers()) {
                Optional<Ratio> ratio = comparison.ratio(row, peer);
                table.append(String.format(
                        LINE,
                        row.measure().name(),
                        row.threads(),
                        peer.name(),
                        median(comparison.of(row, comparison.engines().getFirst())),
                        median(comparison.of(row, peer)),
                        ratio.map(value -> two(value.median())).orElse("-"),
                        ratio.map(value -> two(value.least()) + "-" + two(value.greatest()))
                                .orElse("")));
            }
        }
        return table + "\nSpeeds in tokens/s, the wait for a first token in ms, memory in MiB: medians of "
                + options.rounds() + " rounds.\nA ratio above 1: Wok is better.\n";
    }

    private List<Engine> peers() {
        return comparison.engines().subList(1, comparison.engines().size());
    }

    private static String median(List<Double> values) {
        return values.isEmpty() ? "-" : Measure.digits(Measure.median(values));
    }

    private static String two(double ratio) {
        return String.format(Locale.ROOT, "%.2f", ratio);
    }

    Json.Obj json() {
        List<Json> rows = new ArrayList<>();
        for (Row row : comparison.values().keySet()) {
            List<Json> peers = new ArrayList<>();
            for (Engine peer : peers()) {
                comparison.ratio(row, peer).ifPresent(ratio -> peers.add(peer(row, peer, ratio)));
            }
            rows.add(Json.object(
                    "test", Json.of(row.measure().name()),
                    "threads", Json.of(row.threads()),
                    "unit", Json.of(row.measure().unit()),
                    "wok", numbers(comparison.of(row, comparison.engines().getFirst())),
                    "peers", Json.array(peers)));
        }
        return Json.object(
                "model", Json.of(options.model().toString()),
                "rounds", Json.of(options.rounds()),
                "runs", Json.of(options.runs()),
                "results", Json.array(rows));
    }

    private Json peer(Row row, Engine peer, Ratio ratio) {
        return Json.object(
                "name", Json.of(peer.name()),
                "values", numbers(comparison.of(row, peer)),
                "ratio", number(ratio.median()),
                "least", number(ratio.least()),
                "greatest", number(ratio.greatest()));
    }

    private static Json numbers(List<Double> values) {
        return Json.array(values.stream().map(CompareReport::number).toList());
    }

    private static Json.Num number(double value) {
        return new Json.Num(String.format(Locale.ROOT, "%.3f", value));
    }
}
