package wok.hub;

import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import wok.formats.Json;
import wok.formats.MalformedModelException;

/**
 * What the store writes down about one model, as JSON: {@code {"version":1,"name","source","licence","pulled",
 * "files":[{"path","bytes","sha256"}]}}. A manifest is only ever written after its files, so what it lists was complete
 * and verified. Immutable; any thread.
 */
record Manifest(String name, String source, String licence, Instant pulled, List<StoredFile> files) {
    private static final int VERSION = 1;
    private static final int FILES_MAX = 10_000;

    Manifest {
        files = List.copyOf(files);
    }

    Json.Obj toJson() {
        List<Json> list = new ArrayList<>();
        for (StoredFile file : files) {
            list.add(Json.object(
                    "path", Json.of(file.path()),
                    "bytes", Json.of(file.bytes()),
                    "sha256", Json.of(file.sha256())));
        }
        return Json.object(
                "version", Json.of(VERSION),
                "name", Json.of(name),
                "source", Json.of(source),
                "licence", Json.of(licence),
                "pulled", Json.of(pulled.toString()),
                "files", Json.array(list));
    }

    /**
     * Reads a manifest.
     *
     * @param path where it stands, for errors
     * @throws HubException if it is not one
     */
    static Manifest parse(Path path, byte[] utf8) {
        try {
            Json.Obj json = Json.parseObject(path.toString(), utf8);
            long version = json.number("version").map(Json.Num::longValue).orElse(0L);
            if (version != VERSION) {
                throw corrupt(path, "version: " + version + " (expected: " + VERSION + ")", null);
            }
            return new Manifest(
                    text(path, json, "name"),
                    text(path, json, "source"),
                    text(path, json, "licence"),
                    Instant.parse(text(path, json, "pulled")),
                    files(path, json));
        } catch (MalformedModelException | DateTimeException | ArithmeticException e) {
            throw corrupt(path, Printable.message(e), e);
        }
    }

    private static List<StoredFile> files(Path path, Json.Obj json) {
        List<StoredFile> files = new ArrayList<>();
        for (Json element : json.array("files").orElse(new Json.Arr(List.of())).elements()) {
            if (!(element instanceof Json.Obj file)) {
                throw corrupt(path, "files: " + element + " (expected: objects)", null);
            }
            String sha256 = text(path, file, "sha256");
            String inside = text(path, file, "path");
            long bytes = file.number("bytes").map(Json.Num::longValue).orElse(-1L);
            if (!Sha256.isDigest(sha256) || bytes < 0 || !StoreFolder.isInside(inside)) {
                throw corrupt(path, "files: " + file + " (expected: a path inside, bytes and a SHA-256)", null);
            }
            files.add(new StoredFile(inside, bytes, sha256));
        }
        if (files.isEmpty() || files.size() > FILES_MAX) {
            throw corrupt(path, "files: " + files.size() + " (expected: 1 to " + FILES_MAX + ")", null);
        }
        return files;
    }

    private static String text(Path path, Json.Obj json, String key) {
        return json.text(key).orElseThrow(() -> corrupt(path, key + ": missing (expected: a string)", null));
    }

    private static HubException corrupt(Path path, String problem, @org.jspecify.annotations.Nullable Throwable cause) {
        String message =
                "manifest " + path + ": " + Printable.line(problem) + "; pull the model again, or delete this file";
        return cause == null ? new HubException(message) : new HubException(message, cause);
    }
}
