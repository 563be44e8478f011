package wok.convert;

import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import wok.kernels.FloatRows;
import wok.model.ActivationObserver;
import wok.model.ExpertsConfig;
import wok.model.ModelConfig;

/**
 * Adds up the squares of the activations that the matrices of a GGUF file's layers meet, column by column. Experts are
 * kept apart; of a tensor that is multiplied in parts the first part counts. Embedding and output matrices are left out:
 * what they meet is as well known without, and llama.cpp leaves them out too.
 *
 * <p>One thread.
 */
public final class ImportanceCollector implements ActivationObserver {
    private static final Pattern OF_LAYER = Pattern.compile("(blk\\.[^\\[]*)(?:\\[(\\d{1,6})(:\\d+)?])?");

    /** What is known of one tensor. */
    private static final class Measured {
        private double[] sums = {};
        private long[] counts = {};
    }

    private final Map<String, Measured> measured = new LinkedHashMap<>();
    private final Map<String, Matcher> names = new HashMap<>();
    private final int experts;

    /** @param config of the model that will be observed */
    public ImportanceCollector(ModelConfig config) {
        this.experts =
                ArchitectureEntries.experts(config).map(ExpertsConfig::experts).orElse(1);
    }

    @Override
    public void multiplied(String matrix, FloatRows x, int rows) {
        Matcher name = names.computeIfAbsent(matrix, OF_LAYER::matcher);
        if (!name.matches()) {
            return;
        }
        int number = name.group(2) == null ? 0 : Integer.parseInt(name.group(2));
        boolean isPart = name.group(3) != null;
        if (isPart && number > 0) {
            return;
        }
        boolean isExpert = name.group(2) != null && !isPart;
        Measured of = measured.computeIfAbsent(name.group(1), key -> new Measured());
        if (of.counts.length == 0) {
            of.counts = new long[isExpert ? experts : 1];
            of.sums = new double[Math.multiplyExact(of.counts.length, x.columns())];
        }
        add(of, number, x, rows);
    }

    private static void add(Measured of, int number, FloatRows x, int rows) {
        int columns = x.columns();
        for (int row = 0; row < rows; row++) {
            float[] values = x.row(row);
            for (int i = 0; i < columns; i++) {
                of.sums[number * columns + i] += (double) values[i] * values[i];
            }
        }
        of.counts[number] += rows;
    }

    /** The number of tensors that met anything. */
    public int tensors() {
        return measured.size();
    }

    /** What has been added up, by tensor. */
    public Map<String, ImportanceFile.Sums> sums() {
        Map<String, ImportanceFile.Sums> sums = new LinkedHashMap<>();
        measured.forEach((name, of) ->
                sums.put(name, new ImportanceFile.Sums(of.sums.clone(), Arrays.copyOf(of.counts, of.counts.length))));
        return sums;
    }
}
