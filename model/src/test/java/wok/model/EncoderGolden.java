package wok.model;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import wok.formats.Json;

/** Numbers that transformers computed for a tiny encoder; the folders are among this module's test resources. */
record EncoderGolden(Path model, List<Json.Obj> cases) {
    static final Path ROOT = Path.of("src/test/resources/wok/model/encoders");

    /** Those with vectors. */
    static List<EncoderGolden> embedders() {
        return all().stream()
                .filter(golden -> golden.cases.getFirst().has("mean"))
                .toList();
    }

    /** Those with scores. */
    static List<EncoderGolden> rerankers() {
        return all().stream()
                .filter(golden -> golden.cases.getFirst().has("logits"))
                .toList();
    }

    /** Folders, and beside some of them the same model as GGUF. */
    private static List<EncoderGolden> all() {
        try (Stream<Path> entries = Files.list(ROOT)) {
            return entries.sorted().map(EncoderGolden::read).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static EncoderGolden of(String name) {
        return read(ROOT.resolve(name));
    }

    private static EncoderGolden read(Path model) {
        Path folder = Path.of(model.toString().replace(".gguf", ""));
        return new EncoderGolden(
                model,
                json(folder.resolve("golden.json")).array("cases").orElseThrow().elements().stream()
                        .map(Json.Obj.class::cast)
                        .toList());
    }

    static Json.Obj json(Path file) {
        try {
            return Json.parseObject(file.toString(), Files.readAllBytes(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static int[] ints(Json.Obj golden, String key) {
        return golden.array(key).orElseThrow().elements().stream()
                .mapToInt(value -> ((Json.Num) value).intValue())
                .toArray();
    }

    static float[] floats(Json array) {
        List<Json> elements = ((Json.Arr) array).elements();
        float[] values = new float[elements.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) ((Json.Num) elements.get(i)).doubleValue();
        }
        return values;
    }

    static int[] tokens(Json.Obj golden) {
        return ints(golden, "tokens");
    }

    /** All 0 where the golden has none. */
    static int[] types(Json.Obj golden) {
        return golden.has("token_types") ? ints(golden, "token_types") : new int[tokens(golden).length];
    }

    /** {@code max |ours - golden| / max |golden|}. */
    static double difference(float[] ours, float[] golden) {
        double greatest = 0;
        double scale = 0;
        for (int i = 0; i < golden.length; i++) {
            greatest = Math.max(greatest, Math.abs(ours[i] - golden[i]));
            scale = Math.max(scale, Math.abs(golden[i]));
        }
        return greatest / scale;
    }

    static float[] normalised(float[] vector) {
        double squares = 0;
        for (float value : vector) {
            squares += (double) value * value;
        }
        float[] unit = new float[vector.length];
        for (int i = 0; i < unit.length; i++) {
            unit[i] = (float) (vector[i] / Math.sqrt(squares));
        }
        return unit;
    }
}
