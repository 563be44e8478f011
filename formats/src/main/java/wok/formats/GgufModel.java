package wok.formats;

import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import wok.tensor.Tensor;

/**
 * An opened GGUF model, in one file or split into parts ({@code NAME-00001-of-00003.gguf} and so on). Its files are
 * mapped, not read: opening takes the time of the header, and weights come in page by page when they are used. They
 * must not be changed or cut off while the model is open.
 *
 * <p>Any thread may read. The owner closes once, when no thread reads any more.
 */
public final class GgufModel implements ModelSource {
    /** Parts of a split model; published ones have up to some sixty. */
    static final int PARTS_MAX = 4096;

    private static final Pattern PART_NAME = Pattern.compile("(.*)-(\\d{5})-of-(\\d{5})\\.gguf");
    private static final String EXPECTED = "a GGUF file";

    private final Path path;
    private final GgufMetadata metadata;
    private final Map<String, Tensor> tensors;
    private final Arena arena;

    private GgufModel(Path path, GgufMetadata metadata, Map<String, Tensor> tensors, Arena arena) {
        this.path = path;
        this.metadata = metadata;
        this.tensors = Collections.unmodifiableMap(tensors);
        this.arena = arena;
    }

    /**
     * Opens a GGUF file; of a split model its first part, and the others with it.
     *
     * @throws MalformedModelException if a file is missing, cannot be read, or is not what it claims to be
     */
    public static GgufModel open(Path path) {
        Arena arena = Arena.ofShared();
        try {
            GgufReader.Part first = part(path, arena);
            Map<String, Tensor> tensors = new LinkedHashMap<>(first.tensors());
            // Whoever joins the parts of a split model again leaves a split.count of 0.
            long parts = first.metadata().integer("split.count").orElse(1L);
            if (parts != 0 && parts != 1) {
                addOtherParts(path, first.metadata(), parts, tensors, arena);
            }
            return new GgufModel(path, first.metadata(), tensors, arena);
        } catch (RuntimeException | Error e) {
            arena.close();
            throw e;
        }
    }

    private static GgufReader.Part part(Path path, Arena arena) {
        return GgufReader.read(path.toString(), MappedFile.map(path, arena, EXPECTED));
    }

    private static void addOtherParts(
            Path path, GgufMetadata metadata, long parts, Map<String, Tensor> tensors, Arena arena) {
        if (parts < 0 || parts > PARTS_MAX) {
            throw failure(path, "split.count", Long.toString(parts), "0 to " + PARTS_MAX);
        }
        requirePart(path, metadata, 0, parts);
        Matcher name = PART_NAME.matcher(path.getFileName().toString());
        if (!name.matches()) {
            throw failure(path, "file name", "one part of " + parts, partName("NAME", 1, parts));
        }
        for (int i = 1; i < parts; i++) {
            Path partPath = path.resolveSibling(partName(name.group(1), i + 1, parts));
            GgufReader.Part part = part(partPath, arena);
            requirePart(partPath, part.metadata(), i, parts);
            for (Tensor tensor : part.tensors().values()) {
                if (tensors.put(tensor.name(), tensor) != null) {
                    throw failure(partPath, "tensor name", tensor.name() + " again", "each name in one part");
                }
            }
            if (tensors.size() > GgufReader.TENSORS_MAX) {
                throw failure(
                        partPath,
                        "tensor count",
                        tensors.size() + " with the parts before",
                        "at most " + GgufReader.TENSORS_MAX);
            }
        }
        long expected = metadata.integer("split.tensors.count").orElse((long) tensors.size());
        if (expected != tensors.size()) {
            throw failure(path, "split.tensors.count", Long.toString(expected), tensors.size() + ", as the parts hold");
        }
    }

    private static void requirePart(Path path, GgufMetadata metadata, long number, long parts) {
        long found = metadata.integer("split.no").orElse(-1L);
        if (found != number) {
            String hint = number == 0 ? " (open the first part)" : "";
            throw failure(path, "split.no", Long.toString(found), number + hint);
        }
        long count = metadata.integer("split.count").orElse(-1L);
        if (count != parts) {
            throw failure(path, "split.count", Long.toString(count), parts + ", as in the first part");
        }
    }

    /** Whether a file of this name is a later part of a split model. */
    static boolean isLaterPart(String fileName) {
        Matcher name = PART_NAME.matcher(fileName);
        return name.matches() && !name.group(2).equals("00001");
    }

    private static String partName(String stem, int number, long parts) {
        return stem + "-" + digits(number) + "-of-" + digits(parts) + ".gguf";
    }

    private static String digits(long number) {
        String text = Long.toString(number);
        return "0".repeat(5 - text.length()) + text;
    }

    private static MalformedModelException failure(Path path, String field, String found, String expected) {
        return new MalformedModelException(path.toString(), -1, field, found, expected);
    }

    @Override
    public Path path() {
        return path;
    }

    @Override
    public Map<String, Tensor> tensors() {
        return tensors;
    }

    /** The metadata (of a split model: of its first part): scalars, strings and arrays by key, in file order. */
    public GgufMetadata metadata() {
        return metadata;
    }

    @Override
    public void close() {
        if (arena.scope().isAlive()) {
            arena.close();
        }
    }
}
