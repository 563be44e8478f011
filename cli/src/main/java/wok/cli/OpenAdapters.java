package wok.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import wok.model.Adapter;
import wok.model.AdapterMix;

/**
 * The adapters of {@code --adapter}, opened. Closed by their owner, before the model.
 *
 * @param mix all of them, in their order
 */
record OpenAdapters(AdapterMix mix) implements AutoCloseable {

    /** @param opening opens one for the model */
    static OpenAdapters open(List<AdapterWord> words, Function<Path, Adapter> opening) {
        List<AdapterMix.Part> parts = new ArrayList<>();
        try {
            for (AdapterWord word : words) {
                parts.add(new AdapterMix.Part(opening.apply(word.path()), word.factor()));
            }
        } catch (RuntimeException | Error e) {
            parts.forEach(part -> part.adapter().close());
            throw e;
        }
        return new OpenAdapters(new AdapterMix(parts));
    }

    @Override
    public void close() {
        mix.parts().forEach(part -> part.adapter().close());
    }
}
