package wok.formats;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Optional;
import wok.tensor.DType;
import wok.tensor.Float8;
import wok.tensor.RowConversion;
import wok.tensor.Shape;
import wok.tensor.Tensor;

/**
 * 8-bit floats with a scale per tile, row, column or matrix, as DeepSeek, compressed-tensors and others publish them.
 *
 * <pre>
 * W[r][c] = f32(code[r][c]) * scale[r / tileRows][c / tileColumns]        one rounding, to F32
 * </pre>
 *
 * The scales of {@code X.weight} are {@code X.weight_scale_inv}, {@code X.weight_scale} or {@code X.scale}, [tiles down,
 * tiles across] with cut tiles at the edges. Where they are powers of two ({@code scale_fmt: ue8m0}, or scales stored
 * as F8_E8M0), nothing is rounded and the weight is given as BF16, at half the size.
 */
final class Float8Weights implements RowConversion {
    private static final List<String> SCALE_SUFFIXES = List.of("_scale_inv", "_scale");
    private static final String WEIGHT = ".weight";

    /** Sixteen rows of 32-bit floats fit an array. */
    private static final int ROW_MAX = 1 << 24;

    private static final ValueLayout.OfFloat FLOAT =
            ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle INTS = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle SHORTS =
            MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);

    private final String path;
    private final Tensor codes;
    private final Tensor scale;
    private final DType made;
    private final int columns;
    private final long matrixRows;
    private final Tiles tiles;

    /** How a matrix is cut: a scale's rows and columns, and how many scales there are down and across. */
    private record Tiles(long rows, long columns, long down, long across) {}

    private Float8Weights(StoredTensors tensors, Tensor codes, Tensor scale, Tiles tiles, DType made) {
        this.path = tensors.path();
        this.codes = codes;
        this.scale = scale;
        this.made = made;
        this.tiles = tiles;
        columns = Math.toIntExact(codes.shape().columns());
        matrixRows = matrixRows(codes.shape());
    }

    /** @param fp8 what config.json says; a tensor with a scale beside it is multiplied by it in any case */
    static void make(StoredTensors tensors, Optional<Quantisation.Fp8> fp8) {
        for (Tensor tensor : tensors.all()) {
            if (tensor.dtype() != DType.F8_E4M3 && tensor.dtype() != DType.F8_E5M2) {
                continue;
            }
            Optional<Tensor> scale = scaleOf(tensors, tensor.name());
            if (scale.isPresent()) {
                tensors.take(scale.get().name());
                takeActivationScales(tensors, tensor.name());
                tensors.replace(tensor.name(), scaled(tensors, tensor, scale.get(), fp8));
            } else if (fp8.isPresent()) {
                throw tensors.failure(tensor, "no " + tensor.name() + "_scale_inv or _scale", "its scales");
            }
        }
    }

    private static Optional<Tensor> scaleOf(StoredTensors tensors, String name) {
        for (String suffix : SCALE_SUFFIXES) {
            Optional<Tensor> scale = tensors.find(name + suffix);
            if (scale.isPresent()) {
                return scale;
            }
        }
        return name.endsWith(WEIGHT) ? tensors.find(stem(name) + ".scale") : Optional.empty();
    }

    private static String stem(String name) {
        return name.substring(0, name.length() - WEIGHT.length());
    }

    /** Scales for quantising what a weight is multiplied with, which is not done in this way here. */
    private static void takeActivationScales(StoredTensors tensors, String name) {
        if (name.endsWith(WEIGHT)) {
            tensors.take(stem(name) + ".input_scale");
            tensors.take(stem(name) + ".activation_scale");
        }
    }

    private static Tensor scaled(StoredTensors tensors, Tensor codes, Tensor scale, Optional<Quantisation.Fp8> fp8) {
        switch (scale.dtype()) {
            case F32, F16, BF16, F8_E8M0 -> {}
            default -> throw tensors.failure(scale, scale.dtype().toString(), "F32, F16, BF16 or F8_E8M0");
        }
        if (codes.bytes() == 0 || codes.shape().columns() > ROW_MAX) {
            throw tensors.failure(codes, "shape " + codes.shape(), "rows of 1 to " + ROW_MAX + " elements");
        }
        boolean isExact =
                scale.dtype() == DType.F8_E8M0 || (fp8.isPresent() && fp8.get().powersOfTwo());
        DType made = isExact ? DType.BF16 : DType.F32;
        Tiles tiles = tiles(tensors, codes, scale, fp8.flatMap(Quantisation.Fp8::tile));
        Float8Weights conversion = new Float8Weights(tensors, codes, scale, tiles, made);
        return Tensor.converted(codes.name(), made, codes.shape(), conversion, List.of(codes.data(), scale.data()));
    }

    private static Tiles tiles(StoredTensors tensors, Tensor codes, Tensor scale, Optional<Quantisation.Tile> tile) {
        long rows = matrixRows(codes.shape());
        long columns = codes.shape().columns();
        Tiles tiles = tile.map(size -> new Tiles(
                        size.rows(),
                        size.columns(),
                        Math.ceilDiv(rows, (long) size.rows()),
                        Math.ceilDiv(columns, (long) size.columns())))
                .orElseGet(() -> wholeTiles(tensors, codes, scale));
        if (scale.shape().elements() != leading(codes.shape()) * tiles.down() * tiles.across()
                || (tile.isPresent() && !isGrid(scale.shape(), tiles))) {
            throw tensors.failure(
                    scale,
                    "shape " + scale.shape(),
                    tiles.down() + " x " + tiles.across() + " scales for each matrix of " + codes.shape());
        }
        return tiles;
    }

    private static boolean isGrid(Shape scale, Tiles tiles) {
        return scale.rank() >= 2 && scale.columns() == tiles.across() && matrixRows(scale) == tiles.down();
    }

    /** Without tiles a scale is for a row, a column or a matrix: each of its two sizes is 1 or the matrix's. */
    private static Tiles wholeTiles(StoredTensors tensors, Tensor codes, Tensor scale) {
        Shape shape = scale.shape();
        long rows = matrixRows(codes.shape());
        long columns = codes.shape().columns();
        boolean perMatrix = shape.elements() == leading(codes.shape());
        boolean perRow = shape.rank() == codes.shape().rank() - 1;
        long down = perMatrix ? 1 : perRow ? shape.columns() : matrixRows(shape);
        long across = perMatrix || perRow ? 1 : shape.columns();
        if ((down != 1 && down != rows) || (across != 1 && across != columns)) {
            throw tensors.failure(
                    scale,
                    "shape " + shape,
                    "a scale per row, column or matrix, or a weight_block_size in config.json");
        }
        return new Tiles(down == 1 ? rows : 1, across == 1 ? columns : 1, down, across);
    }

    private static long matrixRows(Shape shape) {
        return shape.rank() < 2 ? 1 : shape.dimension(shape.rank() - 2);
    }

    /** Matrices: the product of all dimensions but the last two. */
    private static long leading(Shape shape) {
        long product = 1;
        for (int i = 0; i < shape.rank() - 2; i++) {
            product = Math.multiplyExact(product, shape.dimension(i));
        }
        return product;
    }

    @Override
    public void convert(long first, int count, byte[] to) {
        MemorySegment stored = codes.data();
        byte[] row = new byte[columns];
        float[] scales = new float[(int) tiles.across()];
        for (int i = 0; i < count; i++) {
            MemorySegment.copy(stored, JAVA_BYTE, (first + i) * columns, row, 0, columns);
            readScales(first + i, scales);
            if (made == DType.F32) {
                singles(row, scales, to, 4 * i * columns);
            } else {
                halves(row, scales, to, 2 * i * columns);
            }
        }
    }

    private void readScales(long row, float[] scales) {
        long tile = row / matrixRows * tiles.down() + row % matrixRows / tiles.rows();
        MemorySegment data = scale.data();
        for (int i = 0; i < scales.length; i++) {
            long at = tile * tiles.across() + i;
            scales[i] = switch (scale.dtype()) {
                case F16 -> Float.float16ToFloat(data.get(GgufValueType.LE_SHORT, 2 * at));
                case BF16 -> Float.intBitsToFloat(data.get(GgufValueType.LE_SHORT, 2 * at) << 16);
                case F8_E8M0 -> Float8.e8m0(data.get(JAVA_BYTE, at));
                default -> data.get(FLOAT, 4 * at);
            };
        }
    }

    private float value(byte code) {
        return codes.dtype() == DType.F8_E4M3 ? Float8.e4m3(code) : Float8.e5m2(code);
    }

    private void singles(byte[] row, float[] scales, byte[] to, int at) {
        for (int tile = 0; tile < scales.length; tile++) {
            int end = (int) Math.min(columns, (tile + 1) * tiles.columns());
            for (int c = (int) (tile * tiles.columns()); c < end; c++) {
                INTS.set(to, at + 4 * c, Float.floatToRawIntBits(value(row[c]) * scales[tile]));
            }
        }
    }

    private void halves(byte[] row, float[] scales, byte[] to, int at) {
        int lost = 0;
        for (int tile = 0; tile < scales.length; tile++) {
            int end = (int) Math.min(columns, (tile + 1) * tiles.columns());
            for (int c = (int) (tile * tiles.columns()); c < end; c++) {
                int bits = Float.floatToRawIntBits(value(row[c]) * scales[tile]);
                lost |= bits;
                SHORTS.set(to, at + 2 * c, (short) (bits >>> 16));
            }
        }
        if ((lost & 0xFFFF) != 0) {
            throw new MalformedModelException(
                    path, -1, "tensor " + scale.name(), "other scales", "powers of two, as scale_fmt says");
        }
    }
}
