package wok.model;

import java.lang.foreign.Arena;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import wok.kernels.Activations;
import wok.kernels.ChosenPositions;
import wok.kernels.FloatRows;
import wok.model.Workspace.AttentionBuffers;
import wok.model.Workspace.ChooserBuffers;
import wok.model.Workspace.DeltaBuffers;
import wok.model.Workspace.ExpertBuffers;
import wok.model.Workspace.FeedForwardBuffers;
import wok.model.Workspace.LatentBuffers;
import wok.model.Workspace.MixerBuffers;

/** Allocates the buffers of layers, those of equal shape once. One use, one thread. */
final class WorkspaceAllocation {
    private record AttentionKey(int queryColumns, int keyColumns, boolean gate) {}

    private record LatentKey(LatentShape shape, Optional<IndexerConfig> indexer) {}

    private final Arena arena;
    private final int hidden;
    private final int rows;
    private final Map<AttentionKey, AttentionBuffers> attention = new HashMap<>();
    private final Map<LatentKey, LatentBuffers> latents = new HashMap<>();
    private final Map<DeltaRuleConfig, DeltaBuffers> delta = new HashMap<>();
    private final Map<Integer, FeedForwardBuffers> feedForward = new HashMap<>();
    private final Map<ExpertsConfig, ExpertBuffers> experts = new HashMap<>();

    WorkspaceAllocation(Arena arena, int hidden, int rows) {
        this.arena = arena;
        this.hidden = hidden;
        this.rows = rows;
    }

    MixerBuffers mixer(MixerConfig mixer) {
        return switch (mixer) {
            case AttentionConfig a ->
                attention.computeIfAbsent(
                        new AttentionKey(
                                a.queryColumns(),
                                a.keyColumns(),
                                a.projections().gate()),
                        this::attention);
            case LatentConfig latent ->
                latents.computeIfAbsent(new LatentKey(latent.shape(), latent.indexer()), this::latent);
            case DeltaRuleConfig d -> delta.computeIfAbsent(d, this::delta);
        };
    }

    private DeltaBuffers delta(DeltaRuleConfig d) {
        return new DeltaBuffers(
                d.inputColumns().stream().map(this::floats).toList(),
                floats(d.shape().channels()),
                floats(d.heads()),
                floats(d.decayColumns()),
                floats(d.valueColumns()),
                Activations.allocate(arena, rows, d.valueDim()),
                Activations.allocate(arena, rows, d.valueColumns()));
    }

    private AttentionBuffers attention(AttentionKey key) {
        return new AttentionBuffers(
                key.gate() ? Optional.of(floats(2 * key.queryColumns())) : Optional.empty(),
                floats(key.queryColumns()),
                floats(key.keyColumns()),
                floats(key.keyColumns()),
                key.gate() ? Optional.of(floats(key.queryColumns())) : Optional.empty(),
                Activations.allocate(arena, rows, key.queryColumns()),
                new float[rows]);
    }

    private LatentBuffers latent(LatentKey key) {
        LatentShape shape = key.shape();
        int heads = shape.heads();
        return new LatentBuffers(
                shape.queryRank() > 0
                        ? Optional.of(Activations.allocate(arena, rows, shape.queryRank()))
                        : Optional.empty(),
                floats(heads * shape.queryDims()),
                floats(shape.cachedDims()),
                floats(shape.latentRank()),
                floats(heads * shape.turningDims()),
                floats(heads * shape.cachedDims()),
                floats(heads * shape.cachedDims()),
                Activations.allocate(arena, rows, heads * shape.valueDims()),
                new float[rows],
                key.indexer().map(this::chooser));
    }

    private ChooserBuffers chooser(IndexerConfig indexer) {
        return new ChooserBuffers(
                floats(indexer.heads() * indexer.dims()),
                floats(indexer.dims()),
                floats(indexer.heads()),
                new ChosenPositions(rows, indexer.chosen()));
    }

    FeedForwardBuffers feedForward(FeedForwardConfig config) {
        return switch (config) {
            case DenseConfig dense -> inner(dense.inner());
            case ExpertsConfig e -> inner(e.expert().inner());
        };
    }

    private FeedForwardBuffers inner(int inner) {
        return feedForward.computeIfAbsent(inner, columns -> newInner(rows, columns));
    }

    Optional<ExpertBuffers> experts(FeedForwardConfig config) {
        return config instanceof ExpertsConfig e
                ? Optional.of(experts.computeIfAbsent(e, this::experts))
                : Optional.empty();
    }

    private ExpertBuffers experts(ExpertsConfig e) {
        int few = Math.min(rows, ExpertWave.SMALL_ROWS);
        List<ExpertWave.Slot> small = IntStream.range(0, ExpertWave.SMALL_SLOTS)
                .mapToObj(i -> slot(few, newInner(few, e.expert().inner())))
                .toList();
        return new ExpertBuffers(
                Router.Choice.allocate(arena, rows, e),
                new ExpertWave(small, slot(rows, inner(e.expert().inner()))),
                e.shared().map(shared -> newInner(rows, shared.inner())),
                floats(1));
    }

    private ExpertWave.Slot slot(int rowsMax, FeedForwardBuffers inner) {
        return new ExpertWave.Slot(
                Activations.allocate(arena, rowsMax, hidden), FloatRows.allocate(arena, rowsMax, hidden), inner);
    }

    private FeedForwardBuffers newInner(int rowsMax, int columns) {
        return new FeedForwardBuffers(
                FloatRows.allocate(arena, rowsMax, columns),
                FloatRows.allocate(arena, rowsMax, columns),
                Activations.allocate(arena, rowsMax, columns));
    }

    private FloatRows floats(int columns) {
        return FloatRows.allocate(arena, rows, columns);
    }
}
