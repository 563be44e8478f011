package wok.model;

import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import wok.kernels.PackedMatrix;
import wok.kernels.RopeTable;
import wok.tensor.Shape;
import wok.tensor.Tensor;

/**
 * Makes latent attention from its configuration and its weights. Files have the matrices from the latent to keys and
 * values in one, as they were trained, or apart with the keys' transposed, as llama.cpp's converter writes them since
 * 2025. One use, one thread.
 */
record LatentBuilder(ModelConfig config, WeightReader weights, Function<RopeConfig, RopeTable> ropeTables) {

    LatentAttention build(int layer, LatentConfig latent) {
        LatentShape shape = latent.shape();
        return new LatentAttention(
                layer,
                latent,
                latent.rope().map(ropeTables),
                queries(layer, latent),
                new LatentAttention.Latents(
                        new LatentAttention.Compression(
                                weights.linear(
                                        layer, TensorRole.LATENT, shape.cachedDims(), config.hidden(), latent.bias()),
                                norm(layer, TensorRole.LATENT_NORM, shape.latentRank())),
                        values(layer, shape)),
                weights.linear(
                        layer,
                        TensorRole.ATTENTION_OUTPUT,
                        config.hidden(),
                        shape.heads() * shape.valueDims(),
                        latent.bias()),
                latent.indexer().map(indexer -> chooser(layer, shape, indexer)));
    }

    private PositionChooser chooser(int layer, LatentShape shape, IndexerConfig indexer) {
        int columns = indexer.heads() * indexer.dims();
        return new PositionChooser(
                indexer,
                weights.linear(layer, TensorRole.INDEX_QUERY, columns, shape.queryRank(), false),
                weights.linear(layer, TensorRole.INDEX_KEY, indexer.dims(), config.hidden(), false),
                weights.vector(layer, TensorRole.INDEX_KEY_NORM, indexer.dims()),
                weights.bareVector(layer, TensorRole.INDEX_KEY_NORM_BIAS, indexer.dims()),
                weights.linear(layer, TensorRole.INDEX_FACTOR, indexer.heads(), config.hidden(), false),
                ropeTables.apply(indexer.rope()));
    }

    private LatentAttention.Queries queries(int layer, LatentConfig latent) {
        LatentShape shape = latent.shape();
        int columns = shape.heads() * shape.queryDims();
        if (shape.queryRank() == 0) {
            Linear matrix = weights.linear(layer, TensorRole.QUERY, columns, config.hidden(), false);
            return new LatentAttention.Queries(Optional.empty(), matrix, absorbed(layer, shape));
        }
        Linear down = weights.linear(layer, TensorRole.QUERY_DOWN, shape.queryRank(), config.hidden(), latent.bias());
        Norm norm = norm(layer, TensorRole.QUERY_DOWN_NORM, shape.queryRank());
        return new LatentAttention.Queries(
                Optional.of(new LatentAttention.Compression(down, norm)),
                weights.linear(layer, TensorRole.QUERY_UP, columns, shape.queryRank(), false),
                absorbed(layer, shape));
    }

    private List<PackedMatrix> absorbed(int layer, LatentShape shape) {
        if (weights.has(layer, TensorRole.LATENT_KEYS)) {
            return stacked(layer, TensorRole.LATENT_KEYS, shape.heads(), shape.latentRank(), shape.plainDims());
        }
        return partsOfHeads(layer, shape, 0, shape.plainDims())
                .map(Transposition::of)
                .map(this::packed)
                .toList();
    }

    private List<PackedMatrix> values(int layer, LatentShape shape) {
        if (weights.has(layer, TensorRole.LATENT_VALUES)) {
            return stacked(layer, TensorRole.LATENT_VALUES, shape.heads(), shape.valueDims(), shape.latentRank());
        }
        return partsOfHeads(layer, shape, shape.plainDims(), shape.valueDims())
                .map(this::packed)
                .toList();
    }

    private List<PackedMatrix> stacked(int layer, TensorRole role, int heads, int rows, int columns) {
        Tensor all = weights.stacked(layer, role, Shape.of(heads, rows, columns));
        return IntStream.range(0, heads)
                .mapToObj(head -> packed(all.slice(head)))
                .toList();
    }

    /** Of each head some rows of the matrix that holds keys and values of all heads one behind the other. */
    private Stream<Tensor> partsOfHeads(int layer, LatentShape shape, int first, int count) {
        int rowsOfHead = shape.plainDims() + shape.valueDims();
        Shape whole = Shape.of((long) shape.heads() * rowsOfHead, shape.latentRank());
        Tensor all = weights.stacked(layer, TensorRole.LATENT_KEYS_VALUES, whole);
        return IntStream.range(0, shape.heads()).mapToObj(head -> all.part((long) head * rowsOfHead + first, count));
    }

    private PackedMatrix packed(Tensor weight) {
        return weights.pack(weight, Optional.empty()).weight();
    }

    private Norm norm(int layer, TensorRole role, int length) {
        return new Norm(LatentConfig.NORM, weights.vector(layer, role, length));
    }
}
