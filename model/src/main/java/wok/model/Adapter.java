package wok.model;

import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * A low-rank adapter opened for one model: small matrices that change what some of its projections give, for the rows
 * that ask for it ({@link Batch#use}). Any number may be open, and a batch may hold rows with and without, each
 * computed as if it were alone. Immutable; any thread. Close it when no batch uses it any more, and before its
 * {@link Transformer}.
 */
public final class Adapter implements AutoCloseable {
    private final Path path;
    private final int rank;
    private final Arena arena;
    private final Map<Linear, LowRankUpdate> updates;

    Adapter(Path path, int rank, Arena arena, Map<Linear, LowRankUpdate> updates) {
        this.path = path;
        this.rank = rank;
        this.arena = arena;
        this.updates = Map.copyOf(updates);
    }

    /** Where it was read from. */
    public Path path() {
        return path;
    }

    /** The greatest rank of its updates. */
    public int rank() {
        return rank;
    }

    /** How many projections it changes. */
    public int projections() {
        return updates.size();
    }

    Optional<LowRankUpdate> update(Linear linear) {
        return Optional.ofNullable(updates.get(linear));
    }

    @Override
    public String toString() {
        return path.toString();
    }

    @Override
    public void close() {
        if (arena.scope().isAlive()) {
            arena.close();
        }
    }
}
