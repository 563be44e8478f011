package wok.model;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import wok.formats.HuggingFaceFolder;
import wok.formats.SafetensorsWriter;

/**
 * Writes a Hugging Face folder with adapters merged into its weights: one model.safetensors, and copies of the small
 * files beside it (configuration, tokenizer, template, licence). Stateless; any thread.
 */
public final class MergedFolder {
    /** Files of the folder that hold weights, or say where weights are. */
    private static final List<String> WEIGHT_FILES = List.of(
            ".safetensors", ".safetensors.index.json", ".bin", ".bin.index.json", ".pth", ".pt", ".gguf", ".onnx");

    private MergedFolder() {}

    /**
     * Writes the folder beside its place under another name, then moves it there: whoever looks sees nothing or all.
     *
     * @param out must not exist
     * @throws ModelException if it does, or an adapter does not fit
     * @throws UncheckedIOException if it cannot be written; what was begun is gone
     */
    public static void write(HuggingFaceFolder base, List<AdapterMerge.Part> parts, Path out) {
        Path target = out.toAbsolutePath().normalize();
        if (Files.exists(target)) {
            throw new ModelException(out + ": exists (expected: a new folder)");
        }
        Path begun = target.resolveSibling("." + target.getFileName() + ".partial-"
                + ProcessHandle.current().pid());
        try {
            Files.createDirectory(begun);
            SafetensorsWriter writer = new SafetensorsWriter().metadata("format", "pt");
            AdapterMerge.tensors(base, parts).values().forEach(writer::tensor);
            writer.write(begun.resolve("model.safetensors"));
            copyOthers(base.path(), begun);
            Files.move(begun, target);
        } catch (IOException e) {
            remove(begun);
            throw new UncheckedIOException(out + ": " + e.getMessage(), e);
        } catch (RuntimeException | Error e) {
            remove(begun);
            throw e;
        }
    }

    private static void copyOthers(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.list(from)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                String name = String.valueOf(file.getFileName());
                String lower = name.toLowerCase(Locale.ROOT);
                if (WEIGHT_FILES.stream().noneMatch(lower::endsWith)) {
                    Files.copy(file, to.resolve(name));
                }
            }
        }
    }

    private static void remove(Path folder) {
        if (!Files.isDirectory(folder)) {
            return;
        }
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
            Files.delete(folder);
        } catch (IOException e) {
            throw new UncheckedIOException(folder + ": left behind: " + e.getMessage(), e);
        }
    }
}
