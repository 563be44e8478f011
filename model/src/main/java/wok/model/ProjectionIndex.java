package wok.model;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The projections of a model by their names in its file, for adapters. Filled while a model opens; read by any thread. */
final class ProjectionIndex {

    /**
     * A projection that is rows {@code from} and on of the file's matrix, all of them for most.
     *
     * @param from the first row in the file's matrix
     */
    record Place(int from, Linear linear) {}

    private final Map<String, List<Place>> places = new HashMap<>();

    void add(String stem, int from, Linear linear) {
        places.computeIfAbsent(stem, name -> new ArrayList<>()).add(new Place(from, linear));
    }

    /** Where the matrix of this name went; empty if there is no such projection, or none that an adapter may change. */
    List<Place> places(String stem) {
        return List.copyOf(places.getOrDefault(stem, List.of()));
    }
}
