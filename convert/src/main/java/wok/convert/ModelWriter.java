package wok.convert;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import wok.formats.GgufWriter;
import wok.formats.ModelSource;
import wok.formats.TensorPieces;
import wok.kernels.ThreadTeam;
import wok.tensor.DType;

/**
 * Writes a planned GGUF file.
 *
 * <p>How memory stays small: the writer asks for one tensor after another, and of each for pieces of some megabytes;
 * numbers come from the mapped source when a piece is made, and the source's pages are let go of when a tensor is done.
 * So a model far larger than memory goes through. The file grows beside its place under another name, is forced to
 * the disk and moved: whoever looks sees the old file or the whole new one, and a failure leaves nothing behind.
 *
 * <p>One use, one thread (the team works inside).
 */
public final class ModelWriter {
    /** The version of the layouts of quantised blocks, since 2023. */
    private static final int QUANTISATION_VERSION = 2;

    private final WritePlan plan;
    private final ModelSource source;
    private final ThreadTeam team;

    /** Is told how far the work is. */
    @FunctionalInterface
    public interface Progress {
        /** {@code done} of {@code total} bytes have been made, the last of them of that tensor. */
        void at(String tensor, long done, long total);
    }

    /** @param source what the plan's draft was made of */
    public ModelWriter(WritePlan plan, ModelSource source, ThreadTeam team) {
        this.plan = plan;
        this.source = source;
        this.team = team;
    }

    /**
     * Writes the file, in place of one that is there.
     *
     * @throws ConvertException if it would be one of the model's own files, the disk has too little room, or a weight
     *     is not finite or beyond what its type can store
     * @throws UncheckedIOException if the file cannot be written
     */
    public void write(Path file, Progress progress) {
        requireOther(file);
        requireRoom(file);
        GgufWriter writer = new GgufWriter();
        entries().entries().values().forEach(entry -> entry.accept(writer));
        long total = plan.bytes();
        long[] done = new long[1];
        TensorEncoder encoder = new TensorEncoder(team, (tensor, bytes) -> {
            done[0] += bytes;
            progress.at(tensor, done[0], total);
        });
        List<DraftTensor> tensors = plan.draft().tensors();
        for (int i = 0; i < tensors.size(); i++) {
            add(writer, encoder, tensors.get(i), plan.chosen().get(i).to());
        }
        try {
            writer.write(file);
        } catch (IOException e) {
            throw new UncheckedIOException(file + ": " + e.getMessage(), new IOException(reason(file, e), e));
        }
    }

    /** A channel's own exceptions don't say which file. */
    private static String reason(Path file, IOException e) {
        String message = String.valueOf(e.getMessage());
        boolean isFull = message.contains("No space left") || message.contains("not enough space");
        return isFull ? file + ": the disk is full; nothing was left behind" : file + ": " + message;
    }

    private Draft entries() {
        return plan.draft()
                .with(
                        Draft.FILE_TYPE,
                        w -> w.u32(Draft.FILE_TYPE, plan.options().type().number()))
                .with(Draft.QUANTISATION_VERSION, w -> w.u32(Draft.QUANTISATION_VERSION, QUANTISATION_VERSION));
    }

    private void add(GgufWriter writer, TensorEncoder encoder, DraftTensor tensor, DType type) {
        float[][] importance = plan.options()
                .importance()
                .map(known -> known.of(tensor.name(), tensor.shape()))
                .orElseGet(() -> Importance.unknown(tensor.shape()));
        TensorPieces pieces = tensor.copy().isPresent() && tensor.storedAs() == type
                ? encoder.copy(tensor.copy().get())
                : encoder.pieces(tensor, type, importance);
        long bytes = type.bytes(tensor.shape().elements());
        writer.tensor(tensor.name(), type, tensor.shape(), from -> {
            var piece = pieces.from(from);
            if (from + piece.byteSize() == bytes) {
                tensor.sources().forEach(source::release);
            }
            return piece;
        });
    }

    private void requireOther(Path file) {
        if (Files.isDirectory(file)) {
            throw new ConvertException(file + ": a folder (expected: a file to write)");
        }
        Path from = source.path();
        if (Files.isDirectory(from) && !file.toString().endsWith(".gguf") && isIn(file, from) && Files.exists(file)) {
            throw new ConvertException(file + ": belongs to the model that is read (expected: another file)");
        }
        if (isSame(file, from) || isPart(file, from)) {
            throw new ConvertException(file + ": is the model that is read (expected: another file)");
        }
    }

    private static boolean isPart(Path file, Path from) {
        String name = String.valueOf(file.getFileName());
        String own = String.valueOf(from.getFileName());
        String stem = own.replaceFirst("-\\d{5}-of-\\d{5}\\.gguf$", "");
        return !stem.equals(own)
                && name.startsWith(stem + "-")
                && name.matches(".*-\\d{5}-of-\\d{5}\\.gguf")
                && Files.exists(file);
    }

    private static boolean isIn(Path file, Path folder) {
        Path parent = file.toAbsolutePath().getParent();
        return parent != null && isSame(parent, folder);
    }

    private static boolean isSame(Path a, Path b) {
        try {
            return Files.exists(a) && Files.isSameFile(a, b);
        } catch (IOException e) {
            return false; // then writing will say what is wrong
        }
    }

    private void requireRoom(Path file) {
        Path folder = file.toAbsolutePath().getParent();
        try {
            long room =
                    folder == null ? Long.MAX_VALUE : Files.getFileStore(folder).getUsableSpace();
            if (room < plan.bytes()) {
                throw new ConvertException(file + ": needs " + plan.bytes() + " bytes (expected: at most the " + room
                        + " that the disk has left)");
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
