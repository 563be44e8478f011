package wok.convert;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import wok.formats.GgufWriter;
import wok.formats.HuggingFaceFolder;
import wok.model.AttentionConfig;
import wok.model.ExpertsConfig;
import wok.model.GgufNaming;
import wok.model.ModelConfig;
import wok.model.RopeConfig;
import wok.model.RopeScaling;
import wok.tensor.DType;
import wok.tensor.Shape;
import wok.tensor.Tensor;

/**
 * The draft of a Hugging Face folder: its model in GGUF's names and layouts, as llama.cpp's converter writes it.
 *
 * <p>Nothing here knows a family. The configuration is the one that runs the model ({@link ModelConfig}), read from
 * config.json in whatever style it is written, and GGUF's keys are written from it ({@link ArchitectureEntries}); the
 * tensors' names and what changes in them come from the model's own table ({@link GgufNaming}). So a family that runs
 * can be converted as soon as its configuration has keys.
 *
 * <p>One use, one thread.
 */
final class FolderDraft {
    private final HuggingFaceFolder folder;
    private final ModelConfig config;
    private final String architecture;
    private final List<DraftTensor> tensors = new ArrayList<>();

    private FolderDraft(HuggingFaceFolder folder) {
        this.folder = folder;
        this.config = ModelConfig.of(folder);
        this.architecture = GgufNaming.architecture(config.family())
                .orElseThrow(() -> new ConvertException(folder.path() + ": "
                        + config.family().label() + " (expected: a family that GGUF has an architecture for)"));
    }

    static Draft of(HuggingFaceFolder folder) {
        return new FolderDraft(folder).draft();
    }

    private Draft draft() {
        Map<String, Consumer<GgufWriter>> entries = new GeneralEntries(folder).entries(architecture);
        entries.putAll(new ArchitectureEntries(architecture, config, folder).entries());
        entries.putAll(TokenizerEntries.of(folder, config));
        addDivisors();
        GgufNaming.of(folder, config).forEach(weight -> tensors.add(tensor(weight)));
        AttentionConfig attention = ArchitectureEntries.firstAttention(config);
        return new Draft(
                entries,
                tensors,
                new Draft.Dimensions(
                        config.layers().size(),
                        attention.heads(),
                        attention.kvHeads(),
                        ArchitectureEntries.experts(config)
                                .map(ExpertsConfig::experts)
                                .orElse(0)));
    }

    private static Optional<float[]> divisors(RopeConfig rope) {
        if (!(rope.scaling() instanceof RopeScaling.Llama3)) {
            return Optional.empty();
        }
        double[] stretched = rope.frequencies();
        double[] plain =
                new RopeConfig(rope.pairing(), rope.dimensions(), rope.base(), new RopeScaling.None()).frequencies();
        float[] divisors = new float[plain.length];
        for (int i = 0; i < plain.length; i++) {
            divisors[i] = (float) (plain[i] / stretched[i]);
        }
        return Optional.of(divisors);
    }

    private DraftTensor tensor(GgufNaming.Weight weight) {
        List<Tensor> sources = weight.sources().stream()
                .map(name -> folder.tensors().get(name))
                .toList();
        Tensor first = sources.getFirst();
        boolean isStack = sources.size() > 1 || weight.name().contains("_exps.");
        if (isStack) {
            return stack(weight.name(), sources);
        }
        RowSource own = RowSource.of(first);
        return switch (weight.change()) {
            case NONE -> DraftTensor.of(first.named(weight.name()));
            case QUERY_ROWS ->
                changed(weight, first, turned(first, own, attention(weight).heads()));
            case KEY_ROWS ->
                changed(weight, first, turned(first, own, attention(weight).kvHeads()));
            case PLUS_ONE -> changed(weight, first, new PlusOne(own, first.shape(), 1));
            case QUERY_NORM_PLUS_ONE -> changed(weight, first, new PlusOne(own, first.shape(), queryFactor(weight)));
        };
    }

    private AttentionConfig attention(GgufNaming.Weight weight) {
        return config.layers().get(weight.layer()).attention();
    }

    /**
     * GGUF has no key for the scale of scores: readers take {@code 1 / sqrt(head size)}, and what is missing goes into
     * the norm that queries pass through.
     */
    private float queryFactor(GgufNaming.Weight weight) {
        AttentionConfig attention = attention(weight);
        double factor = attention.scores().scale() * Math.sqrt(attention.headDim());
        return Math.abs(factor - 1) < 1e-12 ? 1 : (float) factor;
    }

    private static DraftTensor changed(GgufNaming.Weight weight, Tensor source, RowSource rows) {
        return new DraftTensor(weight.name(), source.shape(), source.dtype(), rows, Optional.empty(), List.of(source));
    }

    /** A bias has its rows in its one row. */
    private static RowSource turned(Tensor tensor, RowSource own, int heads) {
        return tensor.shape().rank() < 2
                ? new TurnedColumns(own, Math.toIntExact(tensor.shape().columns()), heads)
                : new TurnedRows(own, tensor.shape(), heads);
    }

    private DraftTensor stack(String name, List<Tensor> experts) {
        List<Long> dimensions = new ArrayList<>(experts.getFirst().shape().dimensions());
        for (Tensor expert : experts) {
            if (!expert.shape().equals(experts.getFirst().shape())
                    || expert.dtype() != experts.getFirst().dtype()) {
                throw new ConvertException(expert.name() + ": " + expert.dtype() + " " + expert.shape() + " (expected: "
                        + experts.getFirst().dtype() + " " + experts.getFirst().shape() + ", as the first expert)");
            }
        }
        dimensions.addFirst((long) experts.size());
        return new DraftTensor(
                name,
                new Shape(dimensions),
                experts.getFirst().dtype(),
                new StackedRows(experts),
                Optional.empty(),
                experts);
    }

    /** Llama 3's scaling goes into a tensor, one divisor for each pair of dimensions that turn together. */
    private void addDivisors() {
        Optional<float[]> found =
                ArchitectureEntries.firstAttention(config).rope().flatMap(FolderDraft::divisors);
        if (found.isEmpty()) {
            return;
        }
        float[] divisors = found.get();
        tensors.add(new DraftTensor(
                "rope_freqs.weight",
                Shape.of(divisors.length),
                DType.F32,
                (first, rows, out) -> System.arraycopy(divisors, 0, out, 0, divisors.length),
                Optional.empty(),
                List.of()));
    }
}
