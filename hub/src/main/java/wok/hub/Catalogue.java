package wok.hub;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import wok.formats.Json;
import wok.formats.MalformedModelException;

/**
 * What the short names mean: the built-in list of models and where to get them, read from {@code catalogue.json} beside
 * this class. Immutable; any thread.
 */
public final class Catalogue {
    /** The model that is meant when none is named. */
    public static final String DEFAULT_MODEL = "smollm2:135m";

    private static final int SUGGESTIONS_MAX = 3;

    private final List<CatalogueEntry> entries;

    private Catalogue(List<CatalogueEntry> entries) {
        this.entries = List.copyOf(entries);
    }

    /** The catalogue that comes with Wok. */
    public static Catalogue load() {
        try (InputStream in = Catalogue.class.getResourceAsStream("catalogue.json")) {
            if (in == null) {
                throw new HubException("catalogue.json: missing from wok-hub's jar (expected: an intact installation)");
            }
            return parse("catalogue.json", in.readAllBytes());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Reads a catalogue: {@code {"models":[{"name","family","parameters","licence","context","default","summary",
     * "sources":[{"name","quantisation","bytes","sha256","files":[{"path","entry","bytes","sha256"} or
     * {"path","text"}]}]}]}}.
     *
     * @param name what to call the text in errors
     * @throws HubException saying which member of which entry is wrong
     */
    public static Catalogue parse(String name, byte[] utf8) {
        List<CatalogueEntry> entries = new ArrayList<>();
        Set<String> names = new HashSet<>();
        for (Json model : models(name, utf8).elements()) {
            if (!(model instanceof Json.Obj object)) {
                throw new HubException(name + ": models: " + model + " (expected: objects)");
            }
            CatalogueEntry entry = entry(name, object);
            if (!names.add(entry.name())) {
                throw new HubException(name + ": name: " + entry.name() + " twice (expected: each name once)");
            }
            entries.add(entry);
        }
        return new Catalogue(entries);
    }

    private static Json.Arr models(String name, byte[] utf8) {
        try {
            return Json.parseObject(name, utf8)
                    .array("models")
                    .orElseThrow(() -> new HubException(name + ": models: missing (expected: an array)"));
        } catch (MalformedModelException e) {
            throw new HubException(Printable.message(e), e);
        }
    }

    private static CatalogueEntry entry(String file, Json.Obj model) {
        String name = text(file, model, "name");
        if (!(ModelName.parse(name) instanceof ModelName.Tagged tagged)
                || tagged.tag().isEmpty()) {
            throw new HubException(file + ": name: " + name + " (expected: family:tag)");
        }
        List<CatalogueEntry.Source> sources = new ArrayList<>();
        for (Json source :
                model.array("sources").orElse(new Json.Arr(List.of())).elements()) {
            if (source instanceof Json.Obj object) {
                sources.add(source(file, object));
            }
        }
        if (sources.isEmpty()) {
            throw new HubException(file + ": " + name + ": sources: none (expected: at least one)");
        }
        return new CatalogueEntry(
                name,
                text(file, model, "family"),
                text(file, model, "parameters"),
                text(file, model, "licence"),
                model.number("context").map(n -> OptionalInt.of(n.intValue())).orElse(OptionalInt.empty()),
                model.bool("default").orElse(false),
                model.text("summary").orElse(""),
                sources);
    }

    private static CatalogueEntry.Source source(String file, Json.Obj source) {
        return new CatalogueEntry.Source(
                ModelName.parse(text(file, source, "name")),
                text(file, source, "quantisation"),
                bytes(source),
                source.text("sha256"),
                files(file, source));
    }

    private static OptionalLong bytes(Json.Obj object) {
        return object.number("bytes").map(n -> OptionalLong.of(n.longValue())).orElse(OptionalLong.empty());
    }

    private static List<FolderFile> files(String file, Json.Obj source) {
        List<FolderFile> files = new ArrayList<>();
        for (Json element :
                source.array("files").orElse(new Json.Arr(List.of())).elements()) {
            if (!(element instanceof Json.Obj object)) {
                throw new HubException(file + ": files: " + element + " (expected: objects)");
            }
            String path = text(file, object, "path");
            if (!StoreFolder.isInside(path)) {
                throw new HubException(file + ": path: " + path + " (expected: a path inside the model's folder)");
            }
            files.add(
                    object.has("text")
                            ? new FolderFile.Text(path, text(file, object, "text"))
                            : new FolderFile.Entry(
                                    path, text(file, object, "entry"), bytes(object), object.text("sha256")));
        }
        return files;
    }

    private static String text(String file, Json.Obj object, String key) {
        return object.text(key)
                .orElseThrow(
                        () -> new HubException(file + ": " + key + ": missing in " + object + " (expected: a string)"));
    }

    /** All entries, in the catalogue's order. */
    public List<CatalogueEntry> entries() {
        return entries;
    }

    /** The entry of this name; a bare family means its default entry. */
    public Optional<CatalogueEntry> find(String name) {
        String wanted = name.toLowerCase(Locale.ROOT);
        return entries.stream()
                .filter(entry -> entry.name().equals(wanted)
                        || (entry.isDefault() && entry.name().startsWith(wanted + ":")))
                .findFirst();
    }

    /** The names that look most like this one, nearest first; empty when none does. */
    public List<String> nearest(String name) {
        String wanted = name.toLowerCase(Locale.ROOT);
        int tolerance = Math.max(2, wanted.length() / 3);
        record Candidate(String name, int distance) {}
        return entries.stream()
                .map(entry -> new Candidate(entry.name(), distanceOf(wanted, entry)))
                .filter(candidate -> candidate.distance <= tolerance)
                .sorted(Comparator.comparingInt(Candidate::distance))
                .limit(SUGGESTIONS_MAX)
                .map(Candidate::name)
                .toList();
    }

    /** A bare family is compared with families; the entry that it would mean comes before its sisters. */
    private static int distanceOf(String wanted, CatalogueEntry entry) {
        if (wanted.indexOf(':') >= 0) {
            return distance(wanted, entry.name());
        }
        String family = entry.name().substring(0, entry.name().indexOf(':'));
        boolean beginsSo = wanted.length() >= 3 && family.startsWith(wanted);
        return (beginsSo ? 1 : distance(wanted, family)) + (entry.isDefault() ? 0 : 1);
    }

    /** Levenshtein's distance: the least number of letters to put in, take out or change. */
    private static int distance(String a, String b) {
        int[] row = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int changed = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(changed, 1 + Math.min(row[j], row[j - 1]));
            }
        }
        return row[b.length()];
    }
}
