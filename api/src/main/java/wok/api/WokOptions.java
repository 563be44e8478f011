package wok.api;

import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Consumer;
import wok.engine.EngineOptions;
import wok.hub.HubOptions;
import wok.hub.ModelStore;
import wok.hub.ProgressListener;
import wok.kernels.ActivationPrecision;
import wok.kernels.KernelSet;
import wok.kernels.KvType;
import wok.model.ModelOptions;
import wok.model.PackedCache;

/**
 * How a model is found, loaded and run. Immutable; any thread.
 *
 * @param hub where models are kept and fetched from
 * @param progress hears of a download
 * @param kernels the kernel set; empty = the best that works here
 * @param threads how many threads compute; empty = as many as there are processors
 * @param context tokens that a conversation may have; empty = as many as the model and the memory allow
 * @param kv how keys and values are kept
 * @param activations what quantised weights are multiplied with
 * @param answersAtOnce how many answers are computed side by side; more wait for their turn
 * @param warnings hears single lines about what works but could be better
 */
public record WokOptions(
        HubOptions hub,
        ProgressListener progress,
        Optional<KernelSet> kernels,
        OptionalInt threads,
        OptionalInt context,
        KvType kv,
        ActivationPrecision activations,
        int answersAtOnce,
        Consumer<String> warnings) {

    private static final int WAITING_ANSWERS_MAX = 1024;

    /** The environment's store, the best kernels, all processors; warnings go to the error stream. */
    public static WokOptions defaults() {
        return new WokOptions(
                HubOptions.defaults(),
                ProgressListener.none(),
                Optional.empty(),
                OptionalInt.empty(),
                OptionalInt.empty(),
                KvType.F16,
                ActivationPrecision.Q8,
                8,
                line -> System.err.println("wok: " + line));
    }

    public WokOptions withHub(HubOptions value) {
        return new WokOptions(value, progress, kernels, threads, context, kv, activations, answersAtOnce, warnings);
    }

    /** With another store. */
    public WokOptions withHome(Path folder) {
        return withHub(hub.withHome(folder));
    }

    /** With or without the network. */
    public WokOptions withOffline(boolean value) {
        return withHub(hub.withOffline(value));
    }

    public WokOptions withProgress(ProgressListener value) {
        return new WokOptions(hub, value, kernels, threads, context, kv, activations, answersAtOnce, warnings);
    }

    public WokOptions withKernels(KernelSet value) {
        return new WokOptions(
                hub, progress, Optional.of(value), threads, context, kv, activations, answersAtOnce, warnings);
    }

    public WokOptions withThreads(int value) {
        return new WokOptions(
                hub, progress, kernels, OptionalInt.of(value), context, kv, activations, answersAtOnce, warnings);
    }

    public WokOptions withContext(int tokens) {
        return new WokOptions(
                hub, progress, kernels, threads, OptionalInt.of(tokens), kv, activations, answersAtOnce, warnings);
    }

    public WokOptions withKv(KvType value) {
        return new WokOptions(hub, progress, kernels, threads, context, value, activations, answersAtOnce, warnings);
    }

    public WokOptions withActivations(ActivationPrecision value) {
        return new WokOptions(hub, progress, kernels, threads, context, kv, value, answersAtOnce, warnings);
    }

    public WokOptions withAnswersAtOnce(int value) {
        return new WokOptions(hub, progress, kernels, threads, context, kv, activations, value, warnings);
    }

    public WokOptions withWarnings(Consumer<String> value) {
        return new WokOptions(hub, progress, kernels, threads, context, kv, activations, answersAtOnce, value);
    }

    /** Of the model that is opened as {@code path}. */
    ModelOptions model(Path path) {
        ModelOptions options = ModelOptions.defaults()
                .withActivations(activations)
                .withPackedCache(ModelStore.open(hub)
                        .packedPlace(path)
                        .map(place -> new PackedCache(place.file(), place.content())));
        options = threads.isPresent() ? options.withThreads(threads.getAsInt()) : options;
        options = context.isPresent() ? options.withContextMax(context.getAsInt()) : options;
        return kernels.isPresent() ? options.withKernels(kernels.get()) : options;
    }

    EngineOptions engine() {
        return EngineOptions.DEFAULTS
                .withKvType(kv)
                .withContextMax(context.orElse(0))
                .withSequences(answersAtOnce, WAITING_ANSWERS_MAX);
    }
}
