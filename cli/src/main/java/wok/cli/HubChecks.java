package wok.cli;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import wok.hub.HubOptions;
import wok.hub.ModelStore;

/** What {@code wok doctor} asks of the store and the network. Any thread. */
final class HubChecks {
    private static final Duration PATIENCE = Duration.ofSeconds(5);
    private static final long DISK_LOW = 5L << 30;

    private HubChecks() {}

    static Finding store(ModelStore store) {
        Path folder = existing(store.home());
        if (!Files.isWritable(folder)) {
            return Finding.fail("store", store.home() + ": not writable", "set WOK_HOME to a folder of yours");
        }
        List<String> problems = store.problems();
        if (!problems.isEmpty()) {
            return Finding.warn("store", problems.getFirst(), "wok rm and wok pull the model again");
        }
        try {
            long free = Files.getFileStore(folder).getUsableSpace();
            int models = store.list().size();
            long packed = store.packedBytes();
            String found = store.home() + ": " + models + (models == 1 ? " model, " : " models, ")
                    + (packed == 0 ? "" : Quantity.bytes(packed) + " of packed weights, ")
                    + Quantity.bytes(free) + " free";
            return free >= DISK_LOW
                    ? Finding.ok("store", found)
                    : Finding.warn("store", found, "make room, or set WOK_HOME to another disk");
        } catch (IOException e) {
            return Finding.fail("store", store.home() + ": " + Failures.line(e), "set WOK_HOME to another folder");
        }
    }

    /** The folder, or the nearest one above it that is there. */
    private static Path existing(Path folder) {
        Path at = folder;
        while (!Files.exists(at) && at.getParent() != null) {
            at = at.getParent();
        }
        return at;
    }

    static Finding network(HubOptions options) {
        if (options.offline()) {
            return Finding.ok("network", "not asked (offline)");
        }
        URI address = options.endpoint();
        HttpRequest request = HttpRequest.newBuilder(address)
                .timeout(PATIENCE)
                .method("HEAD", HttpRequest.BodyPublishers.noBody())
                .build();
        try (HttpClient client =
                HttpClient.newBuilder().connectTimeout(PATIENCE).build()) {
            int status =
                    client.send(request, HttpResponse.BodyHandlers.discarding()).statusCode();
            return Finding.ok("network", address + " answers (" + status + ")");
        } catch (IOException e) {
            return Finding.warn(
                    "network",
                    address + ": " + Failures.line(e),
                    "stored models work offline; for pulls see https_proxy and HF_ENDPOINT");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Finding.warn("network", address + ": interrupted", "run it again");
        }
    }
}
