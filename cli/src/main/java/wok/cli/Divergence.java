package wok.cli;

import java.util.ArrayList;
import java.util.List;

/**
 * How far a model's foretelling is from another's, the base: for each position the Kullback-Leibler divergence {@code
 * sum of p ln(p / q)} in nats, {@code p} what the base says of the next token and {@code q} what the model says, and
 * whether both say the same token first. One thread.
 */
final class Divergence {
    private final List<float[]> base = new ArrayList<>();
    private long positions;
    private long agreements;
    private double sum;
    private double sumOfSquares;
    private double greatest;

    /** The base's logits of the next position of a window. */
    void remember(float[] logits) {
        base.add(logits);
    }

    /** The model's logits of the {@code place}-th position that was remembered. */
    void compare(int place, float[] logits) {
        float[] expected = base.get(place);
        double divergence = Math.max(0, of(expected, logits));
        positions++;
        agreements += first(expected) == first(logits) ? 1 : 0;
        sum += divergence;
        sumOfSquares += divergence * divergence;
        greatest = Math.max(greatest, divergence);
    }

    /** Lets go of what was remembered of a window. */
    void nextWindow() {
        base.clear();
    }

    double mean() {
        return sum / positions;
    }

    /** The error of the mean. */
    double error() {
        double variance = Math.max(0, sumOfSquares / positions - mean() * mean());
        return positions > 1 ? Math.sqrt(variance / (positions - 1)) : 0;
    }

    double greatest() {
        return greatest;
    }

    /** The share of positions at which both models say the same token first. */
    double agreement() {
        return (double) agreements / positions;
    }

    private static double of(float[] p, float[] q) {
        double pTotal = logOfSum(p);
        double qTotal = logOfSum(q);
        double divergence = 0;
        for (int i = 0; i < p.length; i++) {
            double logP = p[i] - pTotal;
            divergence += Math.exp(logP) * (logP - (q[i] - qTotal));
        }
        return divergence;
    }

    /** {@code ln(sum of exp(logits))}. */
    static double logOfSum(float[] logits) {
        double greatest = logits[first(logits)];
        double sum = 0;
        for (float logit : logits) {
            sum += Math.exp(logit - greatest);
        }
        return greatest + Math.log(sum);
    }

    private static int first(float[] logits) {
        int first = 0;
        for (int i = 1; i < logits.length; i++) {
            if (logits[i] > logits[first]) {
                first = i;
            }
        }
        return first;
    }
}
