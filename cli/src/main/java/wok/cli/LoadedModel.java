package wok.cli;

import java.nio.file.Path;
import java.util.Optional;
import wok.api.Prompt;
import wok.api.Wok;
import wok.formats.Json;
import wok.hub.HubOptions;

/**
 * A model ready to answer. Closed by its owner; any thread.
 *
 * @param wok the model
 * @param adapters that answers are computed with
 * @param loadNanos how long opening took
 */
record LoadedModel(Wok wok, OpenAdapters adapters, long loadNanos) implements AutoCloseable {

    /** Loads a model and starts its engine, for one answer at a time. */
    static LoadedModel open(Path path, ModelMixin running, Streams streams) {
        long started = System.nanoTime();
        try (Spinner _ = Spinner.start(streams, "loading " + TerminalText.shortened(path.toString(), 60))) {
            Wok wok = Wok.open(path, running.wokOptions(streams).withHub(HubOptions.of(streams.environment())));
            try {
                OpenAdapters adapters = OpenAdapters.open(running.adapters(), wok::openAdapter);
                return new LoadedModel(wok, adapters, System.nanoTime() - started);
            } catch (RuntimeException | Error e) {
                wok.close();
                throw e;
            }
        }
    }

    boolean hasTemplate() {
        return wok.template().isPresent();
    }

    /**
     * A conversation to be answered.
     *
     * @param think whether the model should think first; empty leaves that to its template
     * @throws wok.api.WokException if the model has no chat template, or the template refuses the conversation
     */
    Prompt prompt(Conversation conversation, Optional<Boolean> think) {
        return wok.prompts().chat(conversation.messages(), Json.Obj.of(), think);
    }

    @Override
    public void close() {
        wok.engine().close();
        adapters.close();
        wok.close();
    }
}
