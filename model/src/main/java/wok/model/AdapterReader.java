package wok.model;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import wok.formats.GgufModel;
import wok.formats.ModelSource;
import wok.kernels.ActivationPrecision;
import wok.kernels.KernelException;
import wok.kernels.PackedMatrix;
import wok.kernels.ThreadTeam;
import wok.kernels.WeightPacker;
import wok.tensor.DType;
import wok.tensor.Shape;
import wok.tensor.Tensor;

/**
 * Fits an adapter to an opened model: finds the projection of each pair by its name, in the model's file's own words or
 * the other format's, checks shapes, and packs both matrices.
 *
 * <p>GGUF files of Llama and its like hold the rows of queries and keys in another order than Hugging Face folders do
 * (pairs of rotary dimensions side by side instead of halves apart). An adapter of one kind on a model of the other has
 * the rows of its B moved likewise. One use, one thread.
 */
final class AdapterReader {
    private final ModelSource source;
    private final ModelConfig config;
    private final ProjectionIndex projections;

    AdapterReader(ModelSource source, ModelConfig config, ProjectionIndex projections) {
        this.source = source;
        this.config = config;
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
        boolean ofFolder = file.names() == AdapterFile.Naming.HUGGING_FACE;
        boolean modelIsGguf = source instanceof GgufModel;
        String stem = ofFolder == modelIsGguf ? translated(file, name) : name;
        List<ProjectionIndex.Place> places = projections.places(stem);
        if (places.isEmpty()) {
            throw unknown(file, name);
        }
        Tensor b = ofFolder == modelIsGguf ? reordered(file, name, pair.b()) : pair.b();
        long rows = places.stream().mapToLong(place -> place.linear().rows()).sum();
        int columns = places.getFirst().linear().columns();
        if (b.shape().rows() != rows || pair.a().shape().columns() != columns) {
            throw new ModelException(
                    file.path() + ": " + name + ": A " + pair.a().shape() + ", B " + b.shape()
                            + " (expected: [rank, " + columns + "] and [" + rows + ", rank]; is it an adapter of "
                            + source.path().getFileName() + "?)");
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

    private String translated(AdapterFile file, String name) {
        TensorNames folder = TensorNames.Folder.of(Set.of(), FolderNames.of(config.family()));
        TensorNames gguf = TensorNames.ofGguf(config.family());
        boolean ofFolder = file.names() == AdapterFile.Naming.HUGGING_FACE;
        TensorNames here = ofFolder ? gguf : TensorNames.of(source, config.family());
        Optional<String> stem =
                here.translate(name, ofFolder ? folder : gguf, config.layers().size());
        return stem.orElseThrow(() -> unknown(file, name));
    }

    private ModelException unknown(AdapterFile file, String name) {
        return new ModelException(file.path() + ": " + name + ": no such projection in " + source.path()
                + " (expected: one that adapters can change: attention and dense feed-forward projections, lm_head)");
    }

    /** B with its rows in the order that the model's file has, if that differs. */
    private Tensor reordered(AdapterFile file, String name, Tensor b) {
        boolean isQuery = name.endsWith("q_proj") || name.endsWith("attn_q");
        boolean isKey = name.endsWith("k_proj") || name.endsWith("attn_k");
        if (!config.family().permutesHeadsInGguf() || !(isQuery || isKey)) {
            return b;
        }
        AttentionConfig attention = config.layers().getFirst().attention();
        int half = attention.headDim() / 2;
        boolean toGguf = file.names() == AdapterFile.Naming.HUGGING_FACE;
        long rowBytes = b.rowBytes();
        long rows = b.shape().rows();
        byte[] moved = new byte[Math.toIntExact(b.bytes())];
        for (int row = 0; row < rows; row++) {
            int inHead = row % (2 * half);
            int apart = inHead / 2 + inHead % 2 * half;
            int beside = 2 * (inHead % half) + inHead / half;
            int from = row - inHead + (toGguf ? apart : beside);
            if (from < rows) {
                MemorySegment.copy(b.row(from), 0, MemorySegment.ofArray(moved), row * rowBytes, rowBytes);
            }
        }
        return new Tensor(b.name(), b.dtype(), Shape.of(rows, b.shape().columns()), MemorySegment.ofArray(moved));
    }
}
