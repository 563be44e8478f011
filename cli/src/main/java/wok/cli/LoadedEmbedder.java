package wok.cli;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import wok.engine.Embedder;
import wok.engine.EmbedderOptions;
import wok.formats.ModelSource;
import wok.kernels.KvType;
import wok.model.ModelOptions;

/** An embedding model or reranker that a verb has loaded. Any thread. */
final class LoadedEmbedder {
    private LoadedEmbedder() {}

    /**
     * Loads a model.
     *
     * @throws CliException of wrong usage if the words ask for what these models don't have
     */
    static Embedder open(String model, HubMixin hub, ModelMixin running, Streams streams) {
        ModelOptions options = running.options();
        if (running.kvType(KvType.F32) != KvType.F32) {
            throw CliException.usage("--kv: another type (expected: f32, or none: nothing is kept)");
        }
        Path path = hub.locate(model, streams);
        try (Spinner _ = Spinner.start(streams, "loading " + TerminalText.shortened(model, 60))) {
            return Embedder.open(
                    ModelSource.open(path),
                    options.withPackedCache(hub.packedCache(path, streams)),
                    EmbedderOptions.defaults());
        }
    }

    /** Waits for an answer; what failed is thrown as it is. */
    static <T> List<T> await(CompletableFuture<List<T>> answer) {
        try {
            return answer.join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw e;
        }
    }
}
