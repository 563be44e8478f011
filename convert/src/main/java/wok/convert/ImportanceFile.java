package wok.convert;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import wok.formats.GgufModel;
import wok.formats.GgufWriter;
import wok.formats.MalformedModelException;
import wok.kernels.WeightPacker;
import wok.tensor.DType;
import wok.tensor.Shape;
import wok.tensor.Tensor;

/**
 * Importance matrices as files, in llama.cpp's two formats.
 *
 * <p>GGUF (read and written): for each matrix {@code NAME} a tensor {@code NAME.in_sum2} [matrices, columns] with the
 * sums of the squares of all activations, and {@code NAME.counts} [matrices, 1] with how many there were; {@code
 * general.type} is {@code imatrix}. The older one (read): the number of entries; of each the length of its name, the
 * name, the number of calls, the number of values, and the values, which are mean squares times the calls. All numbers
 * are 32 bits, little-endian.
 *
 * <p>Stateless; any thread.
 */
public final class ImportanceFile {
    private static final String SUMS = ".in_sum2";
    private static final String COUNTS = ".counts";
    private static final int GGUF_MAGIC = 0x4655_4747;

    /** Mean squares of all columns of the largest models take some hundred megabytes. */
    private static final long OLD_FILE_BYTES_MAX = 1L << 30;

    private static final int OLD_NAME_BYTES_MAX = 1024;

    private ImportanceFile() {}

    /**
     * What a text made of a matrix's columns.
     *
     * @param sums squares, matrix after matrix
     * @param counts activations, one number for each matrix
     */
    @SuppressWarnings("ArrayRecordComponent") // on their way to a file
    public record Sums(double[] sums, long[] counts) {}

    /**
     * Reads either format.
     *
     * @throws ConvertException if it is neither
     * @throws UncheckedIOException if the file cannot be read
     */
    public static Importance read(Path file) {
        try {
            return isGguf(file) ? readGguf(file) : readOld(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (MalformedModelException e) {
            throw new ConvertException(String.valueOf(e.getMessage()), e);
        }
    }

    private static boolean isGguf(Path file) throws IOException {
        try (var in = Files.newInputStream(file)) {
            byte[] magic = in.readNBytes(4);
            return magic.length == 4
                    && ByteBuffer.wrap(magic).order(ByteOrder.LITTLE_ENDIAN).getInt() == GGUF_MAGIC;
        }
    }

    private static Importance readGguf(Path file) {
        try (GgufModel model = GgufModel.open(file)) {
            Map<String, float[]> means = new LinkedHashMap<>();
            model.tensors().forEach((name, sums) -> {
                if (name.endsWith(SUMS)) {
                    String matrix = name.substring(0, name.length() - SUMS.length());
                    Tensor counts = model.tensors().get(matrix + COUNTS);
                    if (counts == null || counts.shape().elements() == 0) {
                        throw new ConvertException(file + ": " + matrix + COUNTS + ": absent (expected: a tensor)");
                    }
                    means.put(matrix, means(WeightPacker.floats(sums), WeightPacker.floats(counts)));
                }
            });
            if (means.isEmpty()) {
                throw new ConvertException(
                        file + ": no importance matrix (expected: what wok imatrix or llama-imatrix writes)");
            }
            return Importance.of(means);
        }
    }

    /** A matrix that no activation has met has zeros, which count as not known. */
    private static float[] means(float[] sums, float[] counts) {
        int columns = sums.length / counts.length;
        float[] means = new float[sums.length];
        for (int i = 0; i < sums.length; i++) {
            float count = counts[Math.min(i / Math.max(1, columns), counts.length - 1)];
            means[i] = count > 0 ? sums[i] / count : 0;
        }
        return means;
    }

    private static Importance readOld(Path file) throws IOException {
        if (Files.size(file) > OLD_FILE_BYTES_MAX) {
            throw new ConvertException(file + ": " + Files.size(file) + " bytes (expected: an importance matrix)");
        }
        ByteBuffer in = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
        try {
            int entries = in.getInt();
            Map<String, float[]> means = new HashMap<>();
            for (int i = 0; i < entries; i++) {
                byte[] name = new byte[bounded(file, "length of a name", in.getInt(), OLD_NAME_BYTES_MAX)];
                in.get(name);
                int calls = in.getInt();
                float[] values = new float[bounded(file, "number of values", in.getInt(), in.remaining() / 4)];
                for (int k = 0; k < values.length; k++) {
                    values[k] = in.getFloat() / Math.max(1, calls);
                }
                means.put(new String(name, StandardCharsets.UTF_8), values);
            }
            if (means.isEmpty()) {
                throw new ConvertException(file + ": no importance matrix (expected: one entry or more)");
            }
            return Importance.of(means);
        } catch (BufferUnderflowException e) {
            throw new ConvertException(file + ": ends early (expected: an importance matrix)", e);
        }
    }

    private static int bounded(Path file, String what, int value, int most) {
        if (value < 1 || value > most) {
            throw new ConvertException(
                    file + ": " + what + ": " + value + " (expected: 1 to " + most + "; is it an importance matrix?)");
        }
        return value;
    }

    /**
     * Writes the newer format, in place of a file that is there.
     *
     * @param sums by the name of the matrix
     * @param text what was measured with
     * @param chunks pieces of the text, each of {@code chunkTokens} tokens
     * @throws UncheckedIOException if the file cannot be written
     */
    public static void write(Path file, Map<String, Sums> sums, String text, int chunks, int chunkTokens) {
        GgufWriter writer = new GgufWriter()
                .text("general.type", "imatrix")
                .texts("imatrix.datasets", List.of(text))
                .u32("imatrix.chunk_count", chunks)
                .u32("imatrix.chunk_size", chunkTokens);
        new TreeMap<>(sums).forEach((name, of) -> {
            int matrices = of.counts().length;
            long columns = of.sums().length / matrices;
            writer.tensor(name + SUMS, DType.F32, Shape.of(matrices, columns), () -> floats(of.sums()));
            double[] counts = Arrays.stream(of.counts()).asDoubleStream().toArray();
            writer.tensor(name + COUNTS, DType.F32, Shape.of(matrices, 1), () -> floats(counts));
        });
        try {
            writer.write(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static MemorySegment floats(double[] values) {
        MemorySegment bytes = MemorySegment.ofArray(new byte[4 * values.length]);
        for (int i = 0; i < values.length; i++) {
            bytes.set(ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN), 4L * i, (float) values[i]);
        }
        return bytes;
    }
}
