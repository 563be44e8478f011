package wok.convert;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import wok.formats.TensorPieces;
import wok.kernels.ThreadTeam;
import wok.tensor.DType;
import wok.tensor.Tensor;

/**
 * Makes a tensor's bytes in its new type, some megabytes of whole rows at a time, the rows of a piece shared out over a
 * team. A row is encoded by one thread from beginning to end, and so the bytes are the same for every team.
 *
 * <p>One caller at a time.
 */
final class TensorEncoder {
    /** Numbers of a piece; a row that has more is a piece of its own. */
    private static final int PIECE_ELEMENTS = 1 << 22;

    private static final long COPY_BYTES = 1L << 24;

    /** Numbers of a task. */
    private static final int TASK_ELEMENTS = 1 << 15;

    private final ThreadTeam team;
    private final Progress progress;

    /** Is told how far the work is. */
    @FunctionalInterface
    interface Progress {
        /** So many bytes more will be written now. */
        void made(String tensor, long bytes);
    }

    TensorEncoder(ThreadTeam team, Progress progress) {
        this.team = team;
        this.progress = progress;
    }

    /** The bytes of one tensor, when the writer asks for them. */
    TensorPieces pieces(DraftTensor tensor, DType type, float[][] importance) {
        List<Worker> workers = new ArrayList<>();
        return from -> {
            if (workers.isEmpty()) {
                IntStream.range(0, team.threads())
                        .mapToObj(i -> new Worker(tensor, type, importance))
                        .forEach(workers::add);
            }
            return piece(tensor, type, from, workers);
        };
    }

    /** A tensor's bytes as they are. */
    TensorPieces copy(Tensor tensor) {
        return from -> {
            long rowBytes = Math.max(1, tensor.rowBytes());
            long first = from / rowBytes;
            int rows = (int) Math.min(tensor.shape().rows() - first, Math.max(1, COPY_BYTES / rowBytes));
            MemorySegment piece = tensor.rows(first, rows);
            progress.made(tensor.name(), piece.byteSize());
            return piece;
        };
    }

    private MemorySegment piece(DraftTensor tensor, DType type, long from, List<Worker> workers) {
        long columns = tensor.shape().columns();
        long rowBytes = type.bytes(columns);
        if (rowBytes == 0 || tensor.shape().rows() == 0) {
            return MemorySegment.NULL;
        }
        long first = from / rowBytes;
        int rows = (int) Math.min(tensor.shape().rows() - first, Math.max(1, PIECE_ELEMENTS / columns));
        MemorySegment out = MemorySegment.ofArray(new byte[Math.toIntExact(Math.multiplyExact(rows, rowBytes))]);
        int taskRows = (int) Math.max(1, TASK_ELEMENTS / columns);
        team.run(Math.ceilDiv(rows, taskRows), (task, worker) -> {
            int start = task * taskRows;
            workers.get(worker).encode(first, start, Math.min(taskRows, rows - start), out);
        });
        progress.made(tensor.name(), out.byteSize());
        return out;
    }

    /** What one thread needs. */
    private static final class Worker {
        private final DraftTensor tensor;
        private final float[][] importance;
        private final long rowsPerMatrix;
        private final int columns;
        private final long rowBytes;
        private final Quantiser quantiser;
        private float[] numbers = {};

        Worker(DraftTensor tensor, DType type, float[][] importance) {
            this.tensor = tensor;
            this.importance = importance;
            this.rowsPerMatrix = Math.max(1, tensor.shape().rows() / importance.length);
            this.columns = Math.toIntExact(tensor.shape().columns());
            this.rowBytes = type.bytes(columns);
            this.quantiser = Quantiser.of(type);
        }

        /** Rows {@code start} and following of a piece that begins with row {@code first}. */
        void encode(long first, int start, int rows, MemorySegment out) {
            int count = Math.multiplyExact(rows, columns);
            if (numbers.length < count) {
                numbers = new float[count];
            }
            tensor.rows().read(first + start, rows, numbers);
            requireFinite(first + start, count);
            for (int row = 0; row < rows; row++) {
                float[] ofRow = importance[(int) ((first + start + row) / rowsPerMatrix)];
                try {
                    quantiser.row(numbers, row * columns, columns, ofRow, out, (start + row) * rowBytes);
                } catch (ConvertException e) {
                    throw new ConvertException(
                            tensor.name() + ", row " + (first + start + row) + ": " + e.getMessage(), e);
                }
            }
        }

        private void requireFinite(long firstRow, int count) {
            for (int i = 0; i < count; i++) {
                if (!Float.isFinite(numbers[i])) {
                    throw new ConvertException(tensor.name() + ", row " + (firstRow + i / columns) + ", column "
                            + i % columns + ": " + numbers[i] + " (expected: a finite number; is the model damaged?)");
                }
            }
        }
    }
}
