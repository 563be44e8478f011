package wok.formats;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import wok.tensor.Tensor;
import wok.tensor.TensorContents;

/**
 * An opened model: named tensors mapped from files, with what the files say about them. The tensors' memory is valid
 * until {@link #close}. Any thread may read; the owner closes once.
 */
public sealed interface ModelSource extends AutoCloseable permits GgufModel, HuggingFaceFolder {

    /** The file or folder that was opened. */
    Path path();

    /** All tensors by name, in file order. */
    Map<String, Tensor> tensors();

    /** The bytes of all tensors together; of converted ones, as they are given and not as the files hold them. */
    default long tensorBytes() {
        return tensors().values().stream().mapToLong(Tensor::bytes).sum();
    }

    /**
     * Says that a tensor will not be read soon: its pages of the mapped file leave this process's memory, and come back
     * when it is read after all. Of a converted tensor these are the pages it is made from. Does nothing where the
     * system, or a Java without native access, has no way to say so.
     */
    default void release(Tensor tensor) {
        switch (tensor.contents()) {
            case TensorContents.InMemory memory -> MappedPages.release(memory.data());
            case TensorContents.Converted converted -> converted.sources().forEach(MappedPages::release);
        }
    }

    @Override
    void close();

    /**
     * Opens a GGUF file (its other parts too when it is the first of a split one), a Hugging Face folder, or a folder
     * that holds one GGUF model.
     *
     * @throws MalformedModelException if it is none of these, cannot be read, or is not what it claims to be
     */
    static ModelSource open(Path path) {
        if (!Files.isDirectory(path)) {
            return GgufModel.open(path);
        }
        FolderListing listing = FolderListing.of(path);
        List<String> models = listing.ggufModels();
        if (listing.has("config.json") || models.isEmpty()) {
            return HuggingFaceFolder.open(path);
        }
        if (models.size() > 1) {
            throw new MalformedModelException(
                    path.toString(), -1, "folder", String.join(", ", models), "one GGUF model; name the file");
        }
        return GgufModel.open(path.resolve(models.getFirst()));
    }
}
