package wok.model;

import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import wok.formats.ModelSource;
import wok.kernels.ActivationPrecision;
import wok.kernels.KernelException;
import wok.kernels.PackedMatrix;
import wok.kernels.ThreadTeam;
import wok.kernels.WeightPacker;
import wok.tensor.DType;
import wok.tensor.Tensor;

/** Opens an adapter for a model that is loaded: finds each pair's projection and packs its matrices. One use, one thread. */
final class AdapterReader {
    private final AdapterFit fit;
    private final ProjectionIndex projections;

    AdapterReader(ModelSource source, ModelConfig config, ProjectionIndex projections) {
        this.fit = new AdapterFit(source, config);
        this.projections = projections;
    }

    /** Where packed matrices go, and who packs them. */
    private record Packing(Arena arena, ThreadTeam team) {}

    /** The model's own team may be computing, so that the few matrices are packed by this thread. */
    Adapter read(Path path) {
        Arena arena = Arena.ofShared();
        try (AdapterFile file = AdapterFile.open(path);
                ThreadTeam alone = ThreadTeam.create(1)) {
            Map<Linear, LowRankUpdate> updates = new HashMap<>();
            int rank = 0;
            for (Map.Entry<String, AdapterFile.Pair> entry : file.pairs().entrySet()) {
                AdapterFile.Pair pair = entry.getValue();
                add(file, entry.getKey(), pair, new Packing(arena, alone), updates);
                rank = (int) Math.max(rank, pair.a().shape().rows());
            }
            return new Adapter(path, rank, arena, updates);
        } catch (RuntimeException | Error e) {
            arena.close();
            throw e;
        }
    }

    private void add(
            AdapterFile file, String name, AdapterFile.Pair pair, Packing packing, Map<Linear, LowRankUpdate> updates) {
        List<ProjectionIndex.Place> places = projections.places(fit.stem(file, name));
        if (places.isEmpty()) {
            throw fit.unknown(file, name);
        }
        Tensor b = fit.b(file, name, pair.b());
        long rows = places.stream().mapToLong(place -> place.linear().rows()).sum();
        int columns = places.getFirst().linear().columns();
        if (b.shape().rows() != rows || pair.a().shape().columns() != columns) {
            throw fit.otherShape(file, name, pair, rows, columns);
        }
        PackedMatrix a = pack(file, pair.a(), packing);
        for (ProjectionIndex.Place place : places) {
            Tensor own = b.part(place.from(), place.linear().rows());
            updates.put(place.linear(), new LowRankUpdate(a, pack(file, own, packing), pair.scale()));
        }
    }

    private static PackedMatrix pack(AdapterFile file, Tensor tensor, Packing packing) {
        if (!Set.of(DType.F32, DType.F16, DType.BF16).contains(tensor.dtype())) {
            throw new ModelException(file.path() + ": tensor " + tensor.name() + ": " + tensor.dtype()
                    + " (expected: F32, F16 or BF16)");
        }
        try {
            return WeightPacker.pack(tensor, ActivationPrecision.F32, packing.arena(), packing.team());
        } catch (KernelException e) {
            throw new ModelException(file.path() + ": tensor " + tensor.name() + ": " + e.getMessage(), e);
        }
    }
}
