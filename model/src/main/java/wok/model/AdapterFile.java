package wok.model;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import wok.formats.AdapterFolder;
import wok.formats.GgufModel;
import wok.tensor.Tensor;

/**
 * An adapter's file or folder as it is published: pairs of small matrices by the name of the matrix they change. Of
 * PEFT's folders it reads plain LoRA; what would change more than a product (DoRA, trained biases, whole modules, other
 * methods) is refused, since leaving it out gives another model without saying so.
 *
 * @param names how it names matrices
 * @param pairs by name, without prefixes and endings
 * @param closing gives the memory back
 */
record AdapterFile(Path path, Naming names, Map<String, Pair> pairs, AutoCloseable closing) implements AutoCloseable {
    private static final String PREFIX = "base_model.model.";
    private static final double SCALE_MAX = 1e6;

    /** Whose names an adapter uses. */
    enum Naming {
        HUGGING_FACE,
        GGUF
    }

    /**
     * @param a [rank, columns]
     * @param b [rows, rank]
     * @param scale what B A is multiplied by
     */
    record Pair(Tensor a, Tensor b, float scale) {}

    /** What a pair is made of before both halves are there. */
    private record Halves(Optional<Tensor> a, Optional<Tensor> b) {
        static final Halves NONE = new Halves(Optional.empty(), Optional.empty());

        Halves with(boolean isA, Tensor tensor) {
            return isA ? new Halves(Optional.of(tensor), b) : new Halves(a, Optional.of(tensor));
        }
    }

    static AdapterFile open(Path path) {
        return Files.isDirectory(path) ? ofFolder(AdapterFolder.open(path)) : ofGguf(GgufModel.open(path));
    }

    private static AdapterFile ofFolder(AdapterFolder folder) {
        try {
            PeftConfig config = PeftConfig.read(folder.path().resolve(AdapterFolder.CONFIG), folder.config());
            Map<String, Halves> halves = new LinkedHashMap<>();
            for (Tensor tensor : folder.tensors().values()) {
                addOfFolder(folder.path(), tensor, halves);
            }
            return new AdapterFile(
                    folder.path(), Naming.HUGGING_FACE, pairs(folder.path(), halves, config::scale), folder);
        } catch (RuntimeException | Error e) {
            folder.close();
            throw e;
        }
    }

    private static void addOfFolder(Path path, Tensor tensor, Map<String, Halves> halves) {
        String name = tensor.name().replace(".default.weight", ".weight");
        boolean isA = name.endsWith(".lora_A.weight");
        if (!name.startsWith(PREFIX) || (!isA && !name.endsWith(".lora_B.weight"))) {
            throw new ModelException(path + ": tensor " + tensor.name() + ": not a matrix of LoRA (expected: " + PREFIX
                    + "….lora_A.weight or ….lora_B.weight; embeddings and magnitudes are not supported)");
        }
        String stem = name.substring(PREFIX.length(), name.length() - ".lora_A.weight".length());
        halves.merge(stem, Halves.NONE.with(isA, tensor), (present, added) -> present.with(isA, tensor));
    }

    private static AdapterFile ofGguf(GgufModel gguf) {
        try {
            ConfigFields fields = ConfigFields.of(gguf.path().toString(), gguf.metadata());
            String type = fields.maybeText("adapter.type").orElse("none");
            if (!type.equals("lora")) {
                throw fields.wrong("adapter.type", type, "lora: an adapter, not a model");
            }
            double alpha = fields.real("adapter.lora.alpha", 0);
            Map<String, Halves> halves = new LinkedHashMap<>();
            for (Tensor tensor : gguf.tensors().values()) {
                addOfGguf(gguf.path(), tensor, halves);
            }
            // llama.cpp takes an alpha of 0, or none, for a scale of 1.
            return new AdapterFile(
                    gguf.path(),
                    Naming.GGUF,
                    pairs(gguf.path(), halves, (stem, rank) -> alpha == 0 ? 1 : alpha / (double) rank),
                    gguf);
        } catch (RuntimeException | Error e) {
            gguf.close();
            throw e;
        }
    }

    private static void addOfGguf(Path path, Tensor tensor, Map<String, Halves> halves) {
        String name = tensor.name();
        boolean isA = name.endsWith(".weight.lora_a");
        if (!isA && !name.endsWith(".weight.lora_b")) {
            throw new ModelException(path + ": tensor " + name
                    + ": not a matrix of LoRA (expected: ….weight.lora_a or ….weight.lora_b)");
        }
        String stem = name.substring(0, name.length() - ".weight.lora_a".length());
        halves.merge(stem, Halves.NONE.with(isA, tensor), (present, added) -> present.with(isA, tensor));
    }

    @FunctionalInterface
    private interface ScaleRule {
        double scale(String stem, long rank);
    }

    private static Map<String, Pair> pairs(Path path, Map<String, Halves> halves, ScaleRule rule) {
        Map<String, Pair> pairs = new LinkedHashMap<>();
        halves.forEach((stem, both) -> {
            if (both.a().isEmpty() || both.b().isEmpty()) {
                String missing = both.a().isEmpty() ? "A" : "B";
                throw new ModelException(path + ": " + stem + ": matrix " + missing + " missing (expected: A and B)");
            }
            pairs.put(stem, pair(path, stem, both.a().get(), both.b().get(), rule));
        });
        if (pairs.isEmpty()) {
            throw new ModelException(path + ": no matrices (expected: an adapter that changes something)");
        }
        return pairs;
    }

    private static Pair pair(Path path, String stem, Tensor a, Tensor b, ScaleRule rule) {
        List<Long> shapeA = a.shape().dimensions();
        List<Long> shapeB = b.shape().dimensions();
        if (shapeA.size() != 2
                || shapeB.size() != 2
                || shapeA.get(0) < 1
                || !shapeA.get(0).equals(shapeB.get(1))) {
            throw new ModelException(path + ": " + stem + ": A " + a.shape() + ", B " + b.shape()
                    + " (expected: [rank, columns] and [rows, rank])");
        }
        double scale = rule.scale(stem, shapeA.get(0));
        ConfigRule.require(
                Math.abs(scale) <= SCALE_MAX,
                path + ": " + stem + ": scale",
                scale,
                "at most " + SCALE_MAX + " in size");
        return new Pair(a, b, (float) scale);
    }

    @Override
    public void close() {
        try {
            closing.close();
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new ModelException(path + ": " + e.getMessage(), e);
        }
    }
}
