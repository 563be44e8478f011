package wok.formats;

import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import wok.tensor.Tensor;

/**
 * A folder as the Hugging Face hub has it: config.json, *.safetensors, tokenizer.json and their companions.
 * {@link FolderWeights} says which files its tensors come from; a folder with a tokenizer alone has none. Weights that are quantised as {@code
 * quantization_config} says come out as ordinary tensors, see {@link StoredTensors}.
 *
 * <p>Any thread may read. The owner closes once, when no thread reads any more.
 */
public final class HuggingFaceFolder implements ModelSource {
    /** A JSON or text file; the greatest tokenizer.json is some 35 MB. */
    static final long FILE_BYTES_MAX = 256L << 20;

    private static final String CONFIG = "config.json";

    private final Path path;
    private final Optional<Json.Obj> config;
    private final Quantisation quantisation;
    private final Map<String, Tensor> tensors;
    private final Arena arena;

    private HuggingFaceFolder(
            Path path, Optional<Json.Obj> config, Quantisation quantisation, Map<String, Tensor> stored, Arena arena) {
        this.path = path;
        this.config = config;
        this.quantisation = quantisation;
        this.tensors = Collections.unmodifiableMap(StoredTensors.present(path.toString(), quantisation, stored));
        this.arena = arena;
    }

    /**
     * Opens a folder with a config.json or a tokenizer.json.
     *
     * @throws MalformedModelException if it has neither, or a file cannot be read or is not what it claims to be
     */
    public static HuggingFaceFolder open(Path path) {
        FolderListing listing = FolderListing.of(path);
        if (!listing.has(CONFIG) && !listing.has("tokenizer.json")) {
            throw new MalformedModelException(
                    path.toString(), -1, "folder", listing.summary(), "a config.json, or one GGUF model");
        }
        Arena arena = Arena.ofShared();
        try {
            return open(path, listing, arena);
        } catch (RuntimeException | Error e) {
            arena.close();
            throw e;
        }
    }

    private static HuggingFaceFolder open(Path path, FolderListing listing, Arena arena) {
        Optional<OnnxBert> onnx = OnnxBert.find(path, listing, arena);
        Optional<Json.Obj> config =
                listing.has(CONFIG) ? Optional.of(parse(path.resolve(CONFIG))) : onnx.map(OnnxBert::config);
        Quantisation quantisation = config.map(
                        c -> Quantisation.of(path.resolve(CONFIG).toString(), c))
                .orElseGet(Quantisation.None::new);
        Map<String, Tensor> stored = onnx.map(OnnxBert::tensors).orElseGet(() -> FolderWeights.read(listing, arena));
        return new HuggingFaceFolder(path, config, quantisation, stored, arena);
    }

    static Json.Obj parse(Path file) {
        return Json.parseObject(file.toString(), MappedFile.read(file, FILE_BYTES_MAX, "a JSON file"));
    }

    @Override
    public Path path() {
        return path;
    }

    /**
     * config.json.
     *
     * @throws MalformedModelException if the folder has none (it holds a tokenizer alone)
     */
    public Json.Obj config() {
        return config.orElseThrow(
                () -> new MalformedModelException(path.toString(), -1, "folder", "a tokenizer alone", "a config.json"));
    }

    /**
     * What {@code quantization_config} of config.json names, if this package does not read it: {@link #tensors} are then
     * as the files store them, and a model cannot be made of them.
     */
    public Optional<String> unreadQuantisation() {
        return quantisation instanceof Quantisation.Unread unread ? Optional.of(unread.what()) : Optional.empty();
    }

    /**
     * A JSON file of the folder (generation_config.json, tokenizer.json, tokenizer_config.json, …) if it is there. It
     * is read anew at each call.
     *
     * @throws MalformedModelException if it is not a JSON object
     * @throws IllegalArgumentException if {@code fileName} leads out of the folder
     */
    public Optional<Json.Obj> json(String fileName) {
        Path file = inside(fileName);
        return Files.exists(file) ? Optional.of(parse(file)) : Optional.empty();
    }

    /**
     * A text file of the folder (chat_template.jinja, …) if it is there. It is read anew at each call.
     *
     * @throws MalformedModelException if it is not UTF-8
     * @throws IllegalArgumentException if {@code fileName} leads out of the folder
     */
    public Optional<String> text(String fileName) {
        Path file = inside(fileName);
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        byte[] bytes = MappedFile.read(file, FILE_BYTES_MAX, "a text file");
        try {
            return Optional.of(StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString());
        } catch (CharacterCodingException e) {
            throw new MalformedModelException(file.toString(), -1, "text", "malformed UTF-8", "UTF-8");
        }
    }

    private Path inside(String fileName) {
        Path name = Path.of(fileName).normalize();
        if (name.isAbsolute() || name.startsWith("..") || name.toString().isEmpty()) {
            throw new IllegalArgumentException("fileName: " + fileName + " (expected: a file in the folder)");
        }
        return path.resolve(name);
    }

    @Override
    public Map<String, Tensor> tensors() {
        return tensors;
    }

    @Override
    public void close() {
        if (arena.scope().isAlive()) {
            arena.close();
        }
    }
}
