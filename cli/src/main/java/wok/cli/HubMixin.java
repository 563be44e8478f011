package wok.cli;

import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Option;
import wok.hub.HubOptions;
import wok.hub.ModelStore;
import wok.model.PackedCache;

/** Where models come from. One thread. */
final class HubMixin {
    @Option(names = "--offline", description = "Fetch nothing from the network (WOK_OFFLINE=1 does the same).")
    private boolean offline;

    /** The store that the environment and the words ask for. */
    ModelStore store(Streams streams) {
        return ModelStore.open(options(streams));
    }

    HubOptions options(Streams streams) {
        HubOptions options = HubOptions.of(streams.environment());
        return offline ? options.withOffline(true) : options;
    }

    /**
     * The file or folder of a model: a path as it is, otherwise a name that is pulled when it is not in the store.
     *
     * @throws wok.hub.HubException if there is no such model, or it can't be had
     */
    Path locate(String name, Streams streams) {
        Optional<Path> path = existing(name);
        if (path.isPresent()) {
            return path.get();
        }
        try (PullProgress progress = new PullProgress(streams)) {
            return store(streams).resolve(name, progress);
        }
    }

    /** Where the packed weights of a located model are kept between runs. */
    Optional<PackedCache> packedCache(Path model, Streams streams) {
        return store(streams).packedPlace(model).map(place -> new PackedCache(place.file(), place.content()));
    }

    private static Optional<Path> existing(String name) {
        try {
            return name.isEmpty()
                    ? Optional.empty()
                    : Optional.of(Path.of(name)).filter(Files::exists);
        } catch (InvalidPathException e) {
            return Optional.empty(); // not a path on this system, so a name
        }
    }
}
