package wok.cli;

import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import wok.formats.Json;
import wok.hub.Catalogue;
import wok.hub.CatalogueEntry;
import wok.hub.ModelStore;
import wok.hub.StoredModel;

/** {@code wok list}: the models in the store, or those with a short name. */
@Command(
        name = "list",
        aliases = "ls",
        header = "List the models in the store.",
        description = {
            "",
            "PACKED is what a model's weights take a second time, as the kernels read them: kept after its",
            "first run, so that the next ones start at once. wok rm --packed removes that alone."
        },
        synopsisHeading = "%nUsage: ",
        optionListHeading = "%nOptions:%n",
        footerHeading = "%nExamples:%n",
        footer = {"  wok list", "  wok list --all      every model that has a short name"})
final class ListCommand implements Callable<Integer> {
    private final Streams streams;

    @Mixin
    private final HubMixin hub = new HubMixin();

    @Option(names = "--all", description = "List the catalogue: the models that can be pulled by a short name.")
    private boolean all;

    @Option(names = "--json", description = "Print a JSON object: {\"models\":[…]}.")
    private boolean json;

    ListCommand(Streams streams) {
        this.streams = streams;
    }

    @Override
    public Integer call() {
        ModelStore store = hub.store(streams);
        if (all) {
            printCatalogue(store);
            return Main.DONE;
        }
        List<StoredModel> models = store.list();
        store.problems().forEach(problem -> Failures.report(streams, problem));
        if (json) {
            streams.out().line(models(models.stream().map(StoredModels::object).toList()));
        } else if (models.isEmpty()) {
            streams.err()
                    .line("no models yet: wok pull " + Catalogue.DEFAULT_MODEL + " fetches a small one, wok list --all"
                            + " shows what there is");
        } else {
            streams.out().print(table(models));
        }
        return Main.DONE;
    }

    private String table(List<StoredModel> models) {
        Table table = new Table("NAME", ">SIZE", ">PACKED", "PULLED", "LICENCE", "SOURCE");
        for (StoredModel model : models) {
            table.row(
                    model.name(),
                    Quantity.bytes(model.bytes()),
                    model.packedBytes() == 0 ? "" : Quantity.bytes(model.packedBytes()),
                    LocalDate.ofInstant(model.pulled(), ZoneOffset.UTC).toString(),
                    model.licence().isEmpty() ? "?" : model.licence(),
                    model.source());
        }
        return table.text(streams);
    }

    private void printCatalogue(ModelStore store) {
        List<CatalogueEntry> entries = hub.options(streams).catalogue().entries();
        if (json) {
            streams.out().line(models(entries.stream().map(ListCommand::object).toList()));
            return;
        }
        Table table = new Table("NAME", ">PARAMETERS", "LICENCE", "STORED", "WHAT IT IS");
        for (CatalogueEntry entry : entries) {
            String stored = store.find(entry.name()).isPresent() ? "yes" : "";
            table.row(entry.name(), entry.parameters(), entry.licence(), stored, entry.summary());
        }
        streams.out().print(table.text(streams));
    }

    private static Json.Obj object(CatalogueEntry entry) {
        Json.Obj object = Json.object(
                "name", Json.of(entry.name()),
                "parameters", Json.of(entry.parameters()),
                "licence", Json.of(entry.licence()),
                "summary", Json.of(entry.summary()),
                "sources",
                        Json.array(entry.sources().stream()
                                .map(source -> Json.of(source.name().toString()))
                                .toList()));
        return entry.context().isPresent()
                ? object.with("context", Json.of(entry.context().getAsInt()))
                : object;
    }

    private static String models(List<Json.Obj> models) {
        return Json.object("models", Json.array(models)).toString();
    }
}
