package wok.synth;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import wok.formats.Json;

/**
 * The sizes of a published model, without its weights. The known ones stand in {@code shapes.json}. Immutable; any
 * thread.
 *
 * @param name as in the catalogue, with {@code -} for {@code :}
 * @param architecture GGUF's {@code general.architecture}: llama, qwen2, qwen3 or gemma3
 * @param layers blocks
 * @param hidden width of the residual stream
 * @param heads query heads
 * @param kvHeads key and value heads
 * @param headDim width of a head
 * @param feedForward inner width of the feed-forward part
 * @param vocabulary tokens
 * @param context greatest number of positions
 * @param normEpsilon of the RMSNorms
 * @param ropeBase of the rotary embedding
 * @param tied whether the output matrix is the embedding
 * @param window positions that gemma3's local layers see; 0 for the others
 */
public record SynthShape(
        String name,
        String architecture,
        int layers,
        int hidden,
        int heads,
        int kvHeads,
        int headDim,
        int feedForward,
        int vocabulary,
        int context,
        float normEpsilon,
        float ropeBase,
        boolean tied,
        int window,
        Optional<Experts> experts) {
    private static final String RESOURCE = "shapes.json";

    /**
     * Experts in place of every layer's feed-forward block.
     *
     * @param used how many of them a row goes to
     * @param inner rows of each one's gate
     */
    public record Experts(int count, int used, int inner) {}

    /** Without experts. */
    public SynthShape(
            String name,
            String architecture,
            int layers,
            int hidden,
            int heads,
            int kvHeads,
            int headDim,
            int feedForward,
            int vocabulary,
            int context,
            float normEpsilon,
            float ropeBase,
            boolean tied,
            int window) {
        this(
                name,
                architecture,
                layers,
                hidden,
                heads,
                kvHeads,
                headDim,
                feedForward,
                vocabulary,
                context,
                normEpsilon,
                ropeBase,
                tied,
                window,
                Optional.empty());
    }

    /** The same shape with so many layers: a model too large to be written whole can be measured by a few. */
    public SynthShape withLayers(int count) {
        if (count < 1 || count > layers) {
            throw new SynthException("layers: " + count + " (expected: 1 to " + layers + ", those of " + name + ")");
        }
        return new SynthShape(
                name,
                architecture,
                count,
                hidden,
                heads,
                kvHeads,
                headDim,
                feedForward,
                vocabulary,
                context,
                normEpsilon,
                ropeBase,
                tied,
                window,
                experts);
    }

    /**
     * The shape of that name; {@code qwen3:0.6b} and {@code Qwen3-0.6B} are the same name.
     *
     * @throws SynthException if there is none; the message has all names
     */
    public static SynthShape of(String name) {
        List<SynthShape> all = all();
        return all.stream()
                .filter(shape -> plain(shape.name).equals(plain(name)))
                .findFirst()
                .orElseThrow(() -> new SynthException("shape: " + name + " (expected: one of "
                        + all.stream().map(SynthShape::name).collect(Collectors.joining(", ")) + ")"));
    }

    /** All known shapes. */
    public static List<SynthShape> all() {
        try (InputStream in = Objects.requireNonNull(SynthShape.class.getResourceAsStream(RESOURCE), RESOURCE)) {
            return Json.parseObject(RESOURCE, in.readAllBytes()).array("shapes").orElseThrow().elements().stream()
                    .map(shape -> of((Json.Obj) shape))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e); // a resource of our own jar
        }
    }

    private static String plain(String name) {
        return name.toLowerCase(Locale.ROOT).replace("-", "").replace(":", "");
    }

    private static SynthShape of(Json.Obj shape) {
        return new SynthShape(
                shape.text("name").orElseThrow(),
                shape.text("architecture").orElseThrow(),
                size(shape, "layers"),
                size(shape, "hidden"),
                size(shape, "heads"),
                size(shape, "kvHeads"),
                size(shape, "headDim"),
                size(shape, "feedForward"),
                size(shape, "vocabulary"),
                size(shape, "context"),
                (float) shape.number("normEpsilon").orElseThrow().doubleValue(),
                (float) shape.number("ropeBase").orElseThrow().doubleValue(),
                shape.bool("tied").orElseThrow(),
                size(shape, "window"),
                shape.has("experts")
                        ? Optional.of(new Experts(
                                size(shape, "experts"), size(shape, "expertsUsed"), size(shape, "expertInner")))
                        : Optional.empty());
    }

    private static int size(Json.Obj shape, String key) {
        return shape.number(key).orElseThrow().intValue();
    }
}
