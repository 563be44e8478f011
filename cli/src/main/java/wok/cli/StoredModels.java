package wok.cli;

import wok.formats.Json;
import wok.hub.StoredFile;
import wok.hub.StoredModel;

/** Stored models as words and as JSON. Any thread. */
final class StoredModels {
    private StoredModels() {}

    /** One line for people. */
    static String line(StoredModel model) {
        return TerminalText.oneLine(model.name() + "  " + Quantity.bytes(model.bytes()) + "  " + model.path());
    }

    static Json.Obj object(StoredModel model) {
        return Json.object(
                "name", Json.of(model.name()),
                "path", Json.of(model.path().toString()),
                "bytes", Json.of(model.bytes()),
                "packed_bytes", Json.of(model.packedBytes()),
                "source", Json.of(model.source()),
                "licence", Json.of(model.licence()),
                "pulled", Json.of(model.pulled().toString()),
                "files",
                        Json.array(
                                model.files().stream().map(StoredModels::file).toList()));
    }

    private static Json.Obj file(StoredFile file) {
        return Json.object(
                "path", Json.of(file.path()), "bytes", Json.of(file.bytes()), "sha256", Json.of(file.sha256()));
    }
}
