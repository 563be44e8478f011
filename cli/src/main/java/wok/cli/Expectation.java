package wok.cli;

import java.util.Locale;
import java.util.Optional;
import wok.formats.Json;
import wok.formats.ModelSource;
import wok.kernels.KvType;
import wok.model.ModelConfig;
import wok.model.ModelNeeds;

/**
 * What to expect of a model on this machine, before it is loaded: whether it fits into the memory that is free now, and
 * how fast it can answer at most, since each token reads all active weights once. Measured on five models, answers come
 * at 80 to 90 percent of that; the figure shown has the factor in it.
 *
 * @param memoryBytes weights, keys and values of {@link #POSITIONS} tokens, and the program itself
 * @param availableBytes what the system says is free, if it says anything
 */
record Expectation(ModelNeeds needs, long kvBytes, long memoryBytes, Optional<Long> availableBytes, double bandwidth) {
    /** A conversation of some length; models promise contexts that few machines have the memory for. */
    private static final int POSITIONS = 4096;

    private static final long PROGRAM_BYTES = 150L << 20;
    private static final double SHARE_OF_BANDWIDTH = 0.85;

    static Expectation of(ModelSource source, ModelConfig config) {
        ModelNeeds needs = ModelNeeds.of(source, config);
        long kv = ModelNeeds.kvBytes(config, KvType.F16, Math.min(POSITIONS, config.contextLength()));
        return new Expectation(
                needs,
                kv,
                needs.weightBytes() + kv + PROGRAM_BYTES,
                MachineChecks.availableMemory(),
                MachineChecks.readBandwidth());
    }

    boolean fits() {
        return availableBytes.isEmpty() || memoryBytes <= availableBytes.get();
    }

    double tokensPerSecond() {
        return SHARE_OF_BANDWIDTH * bandwidth / Math.max(1, needs.activeBytes());
    }

    /** One line: {@code yes, about 60 tokens/s; …}. */
    String words() {
        double speed = tokensPerSecond();
        String rate = String.format(Locale.ROOT, speed < 10 ? "%.1f" : "%.0f", speed);
        String memory = "takes " + Quantity.bytes(memoryBytes)
                + availableBytes
                        .map(free -> " of " + Quantity.bytes(free) + " free")
                        .orElse("");
        return fits()
                ? "yes, about " + rate + " tokens/s; " + memory
                : "no, " + memory + "; read from disk over and over, far below " + rate + " tokens/s";
    }

    Json.Obj document() {
        Json.Obj document = Json.object(
                "fits", Json.of(fits()),
                "memory_bytes", Json.of(memoryBytes),
                "kv_bytes", Json.of(kvBytes),
                "active_bytes", Json.of(needs.activeBytes()),
                "read_bytes_per_second", Json.of(Math.round(bandwidth)),
                "tokens_per_second", Json.of((double) Math.round(tokensPerSecond() * 10) / 10));
        return availableBytes
                .map(free -> document.with("available_bytes", Json.of(free)))
                .orElse(document);
    }
}
