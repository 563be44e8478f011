package wok.formats;

import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * How a checkpoint's weights are stored, as {@code quantization_config} in its config.json says. Immutable; any thread.
 */
sealed interface Quantisation {

    /** Nothing said: every tensor is what it is. */
    record None() implements Quantisation {}

    /**
     * 8-bit floats with scales in tensors beside them.
     *
     * @param tile rows and columns that share a scale; empty where a scale is for a whole row, column or matrix
     * @param powersOfTwo whether all scales are powers of two
     */
    record Fp8(Optional<Tile> tile, boolean powersOfTwo) implements Quantisation {}

    /** Rows and columns of a matrix that share a scale; those at the edges are cut. */
    record Tile(int rows, int columns) {}

    /** gpt-oss: {@code X_blocks} and {@code X_scales}. */
    record Mxfp4() implements Quantisation {}

    /**
     * Codes with a scale and a zero for each group of inputs.
     *
     * @param isAwq AWQ's layout of words, otherwise GPTQ's
     * @param bits of a code: 4, of GPTQ also 8
     * @param groupSize inputs of a group; -1 for all
     * @param zerosLessOne whether zeros are stored less 1, as GPTQ's first format has them
     */
    record Grouped(boolean isAwq, int bits, int groupSize, boolean zerosLessOne) implements Quantisation {}

    /**
     * One that this package does not read; tensors are given as they are stored.
     *
     * @param what names it, for an error
     */
    record Unread(String what) implements Quantisation {}

    /** Greater tiles than any checkpoint has. */
    int TILE_MAX = 1 << 20;

    /**
     * What a config.json says.
     *
     * @param path what errors call it
     * @throws MalformedModelException if the method is known and its description is not what it should be
     */
    static Quantisation of(String path, Json.Obj config) {
        Optional<Json> value = config.get("quantization_config")
                .or(() -> config.object("text_config").flatMap(text -> text.get("quantization_config")));
        if (value.isEmpty()) {
            return new None();
        }
        if (!(value.get() instanceof Json.Obj quantisation)) {
            throw failure(path, "quantization_config", "another JSON value", "an object");
        }
        String method = quantisation.text("quant_method").orElse("none");
        return switch (method) {
            case "fp8", "fbgemm_fp8" -> fp8(path, quantisation);
            case "modelopt" -> modelopt(path, quantisation);
            case "compressed-tensors" -> compressedTensors(path, quantisation);
            case "mxfp4" -> new Mxfp4();
            case "gptq" -> gptq(path, quantisation);
            case "awq" -> awq(path, quantisation);
            default -> new Unread("quant_method " + method);
        };
    }

    private static Quantisation fp8(String path, Json.Obj quantisation) {
        String format = quantisation.text("fmt").orElse("e4m3");
        if (!format.equals("e4m3") && !format.equals("e5m2")) {
            return new Unread("fp8 with fmt " + format);
        }
        boolean powersOfTwo = quantisation.text("scale_fmt").orElse("").equals("ue8m0");
        return new Fp8(tile(path, quantisation, "weight_block_size"), powersOfTwo);
    }

    private static Quantisation modelopt(String path, Json.Obj quantisation) {
        String algorithm = quantisation
                .text("quant_algo")
                .or(() -> quantisation.object("quantization").flatMap(inner -> inner.text("quant_algo")))
                .orElse("none");
        return algorithm.equals("FP8") ? fp8(path, quantisation) : new Unread("modelopt with quant_algo " + algorithm);
    }

    /** Of its formats the one with 8-bit floats; all groups of layers must have it. */
    private static Quantisation compressedTensors(String path, Json.Obj quantisation) {
        Optional<Tile> tile = Optional.empty();
        for (Json group : quantisation
                .object("config_groups")
                .orElse(Json.Obj.of())
                .members()
                .values()) {
            Json.Obj weights = group instanceof Json.Obj g ? g.object("weights").orElse(Json.Obj.of()) : Json.Obj.of();
            boolean isFloat = weights.text("type").orElse("").equals("float");
            if (!isFloat || integer(path, weights, "num_bits", 8, 1, 64) != 8) {
                return new Unread("compressed-tensors with format "
                        + quantisation.text("format").orElse("none"));
            }
            tile = tile.or(() -> tile(path, weights, "block_structure"));
        }
        return new Fp8(tile, false);
    }

    private static Quantisation gptq(String path, Json.Obj quantisation) {
        String format = quantisation.text("checkpoint_format").orElse("gptq");
        int bits = integer(path, quantisation, "bits", 4, 1, 64);
        boolean isKnown = format.equals("gptq") || format.equals("gptq_v2");
        if (!isKnown || (bits != 4 && bits != 8)) {
            return new Unread("gptq with " + bits + " bits and checkpoint_format " + format);
        }
        return new Grouped(false, bits, groupSize(path, quantisation), format.equals("gptq"));
    }

    private static Quantisation awq(String path, Json.Obj quantisation) {
        String version = quantisation.text("version").orElse("gemm").toLowerCase(Locale.ROOT);
        int bits = integer(path, quantisation, "bits", 4, 1, 64);
        if (!version.equals("gemm") || bits != 4) {
            return new Unread("awq with " + bits + " bits and version " + version);
        }
        return new Grouped(true, bits, groupSize(path, quantisation), false);
    }

    private static int groupSize(String path, Json.Obj quantisation) {
        int size = integer(path, quantisation, "group_size", 128, -1, TILE_MAX);
        if (size == 0) {
            throw failure(path, "group_size", "0", "-1, or 1 and more");
        }
        return size;
    }

    private static Optional<Tile> tile(String path, Json.Obj quantisation, String key) {
        Optional<Json.Arr> sizes = quantisation.array(key);
        if (sizes.isEmpty()) {
            return Optional.empty();
        }
        List<Json> two = sizes.get().elements();
        if (two.size() != 2) {
            throw failure(path, key, two.size() + " numbers", "rows and columns");
        }
        return Optional.of(
                new Tile(size(path, key, two.get(0), 1, TILE_MAX), size(path, key, two.get(1), 1, TILE_MAX)));
    }

    /** A member that is a whole number; {@code absent} if there is none. */
    private static int integer(String path, Json.Obj object, String key, int absent, int min, int max) {
        return object.get(key).map(value -> size(path, key, value, min, max)).orElse(absent);
    }

    private static int size(String path, String key, Json value, int min, int max) {
        if (value instanceof Json.Num number) {
            try {
                if (number.longValue() >= min && number.longValue() <= max) {
                    return number.intValue();
                }
            } catch (ArithmeticException e) {
                throw failure(path, key, number.literal(), "a whole number from " + min + " to " + max);
            }
        }
        throw failure(path, key, value.toString(), "a whole number from " + min + " to " + max);
    }

    private static MalformedModelException failure(String path, String key, String found, String expected) {
        return new MalformedModelException(path, -1, "quantization_config: " + key, found, expected);
    }
}
