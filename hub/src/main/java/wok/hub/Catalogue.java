package wok.hub;

import java.util.List;
import java.util.Optional;

/** What the short names mean: the built-in list of models and where to get them. Immutable; any thread. */
public final class Catalogue {
    /** The model that is meant when none is named. */
    public static final String DEFAULT_MODEL = "smollm2:135m";

    private final List<CatalogueEntry> entries;

    private Catalogue(List<CatalogueEntry> entries) {
        this.entries = List.copyOf(entries);
    }

    /** The catalogue that comes with Wok. */
    public static Catalogue load() {
        return new Catalogue(List.of());
    }

    /** All entries, in the catalogue's order. */
    public List<CatalogueEntry> entries() {
        return entries;
    }

    /** The entry of this name; a bare family means its default entry. */
    public Optional<CatalogueEntry> find(String name) {
        return entries.stream().filter(entry -> entry.name().equals(name)).findFirst();
    }

    /** The names that look most like this one, nearest first; empty when none does. */
    public List<String> nearest(String name) {
        return List.of();
    }
}
