package wok.model;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import wok.formats.Json;

/**
 * Numbers that the reference implementation computed for a tiny model. Some are among this module's test resources; all
 * of them are used where a folder {@code shared/goldens} stands beside or above the repository.
 *
 * @param model the folder or GGUF file
 */
record Golden(Path model, List<Case> cases) {

    /**
     * @param top5 for every position the five best ids, best first
     * @param logits of the last position
     * @param hidden per layer, the first values of the last position after that layer; empty for GGUF files
     * @param greedy the next ids; empty for GGUF files
     */
    @SuppressWarnings("ArrayRecordComponent") // cases are not compared with each other
    record Case(int[] tokens, float[] logits, int[][] top5, float[][] hidden, int[] greedy) {}

    /** The goldens of folders with these names, wherever they are. */
    static List<Golden> folders(String... names) {
        return Stream.of(names)
                .flatMap(name -> find(name).stream())
                .map(folder -> read(folder, folder.resolve("golden.json")))
                .toList();
    }

    /** The models of this module's own make_variants.py. */
    static List<Golden> variants() {
        try (Stream<Path> folders = Files.list(Path.of("src/test/resources/wok/model/variants"))) {
            return folders.sorted()
                    .map(folder -> read(folder.toAbsolutePath(), folder.resolve("golden.json")))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The goldens of GGUF files whose names begin so, wherever they are. */
    static List<Golden> ggufs(String... beginnings) {
        List<Golden> goldens = new ArrayList<>();
        for (Path root : roots()) {
            try (Stream<Path> files = Files.list(root.resolve("gguf"))) {
                files.sorted()
                        .filter(file -> file.toString().endsWith(".gguf"))
                        .filter(file -> Stream.of(beginnings)
                                .anyMatch(b -> file.getFileName().toString().startsWith(b)))
                        .filter(file -> goldens.stream()
                                .noneMatch(g -> g.model().getFileName().equals(file.getFileName())))
                        .forEach(file ->
                                goldens.add(read(file, Path.of(file.toString().replace(".gguf", ".golden.json")))));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return goldens;
    }

    /** A folder of the goldens, if it is there. */
    static Optional<Path> find(String name) {
        return roots().stream()
                .map(root -> root.resolve(name))
                .filter(Files::isDirectory)
                .findFirst();
    }

    private static List<Path> roots() {
        List<Path> roots = new ArrayList<>();
        roots.add(Path.of("src/test/resources/wok/model/goldens").toAbsolutePath());
        for (Path up = Path.of("").toAbsolutePath(); up != null; up = up.getParent()) {
            Path shared = up.resolve("shared/goldens");
            if (Files.isDirectory(shared)) {
                roots.add(shared);
                break;
            }
        }
        return roots;
    }

    static Golden read(Path model, Path json) {
        try {
            Json.Obj golden = Json.parseObject(json.toString(), Files.readAllBytes(json));
            return new Golden(
                    model,
                    golden.array("cases").orElseThrow().elements().stream()
                            .map(Json.Obj.class::cast)
                            .map(Golden::readCase)
                            .toList());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Case readCase(Json.Obj c) {
        return new Case(
                ints(c.get("tokens").orElseThrow()),
                floats(c.get("logits").orElseThrow()),
                c.array("top5").orElseThrow().elements().stream()
                        .map(top -> ints(((Json.Obj) top).get("ids").orElseThrow()))
                        .toArray(int[][]::new),
                c.array("hidden").stream()
                        .flatMap(layers -> layers.elements().stream())
                        .map(Golden::floats)
                        .toArray(float[][]::new),
                c.get("greedy").map(Golden::ints).orElse(new int[0]));
    }

    private static int[] ints(Json array) {
        return ((Json.Arr) array)
                .elements().stream().mapToInt(e -> ((Json.Num) e).intValue()).toArray();
    }

    private static float[] floats(Json array) {
        List<Json> elements = ((Json.Arr) array).elements();
        float[] floats = new float[elements.size()];
        for (int i = 0; i < floats.length; i++) {
            floats[i] = Float.parseFloat(((Json.Num) elements.get(i)).literal());
        }
        return floats;
    }

    @Override
    public String toString() {
        return model.getFileName().toString();
    }
}
