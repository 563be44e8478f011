package wok.hub;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import wok.formats.Json;

/**
 * A server on the loopback interface that speaks the Hugging Face protocol: list of files, resolve with a redirect to
 * another host (the same server by another name), Range and If-Range; and misbehaves when told to.
 */
final class FakeHub implements AutoCloseable {
    static final String COMMIT = "0123456789abcdef0123456789abcdef01234567";

    private final HttpServer server;
    private final Map<String, Map<String, byte[]>> repositories = new ConcurrentHashMap<>();
    /** Method, path and, after a space, the Authorization header, of every request in order. */
    final List<String> requests = new CopyOnWriteArrayList<>();

    /** How many of the next file requests break off after {@link #breakAfterBytes}. */
    final AtomicInteger breaks = new AtomicInteger();

    /** How many of the next requests are answered 503. */
    final AtomicInteger unavailable = new AtomicInteger();

    volatile long breakAfterBytes;
    volatile boolean wrongContent;
    volatile boolean listsDigests = true;
    volatile boolean ranges = true;
    volatile int pauseMillisPerBlock;
    volatile int refusal;
    volatile String refusalCode = "";
    volatile String etag = "\"one\"";

    FakeHub() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", this::answer);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.start();
    }

    URI endpoint() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    }

    FakeHub with(String repository, String path, byte[] content) {
        repositories.computeIfAbsent(repository, key -> new LinkedHashMap<>()).put(path, content);
        return this;
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            String authorization = exchange.getRequestHeaders().getFirst("Authorization");
            String range = exchange.getRequestHeaders().getFirst("Range");
            requests.add(exchange.getRequestMethod() + " "
                    + exchange.getRequestHeaders().getFirst("Host") + " "
                    + exchange.getRequestURI().getPath() + " " + authorization + " " + range);
            String path = exchange.getRequestURI().getPath();
            if (unavailable.getAndDecrement() > 0) {
                exchange.sendResponseHeaders(503, -1);
            } else if (refusal > 0) {
                exchange.getResponseHeaders().set("X-Error-Code", refusalCode);
                exchange.sendResponseHeaders(refusal, -1);
            } else if (path.startsWith("/api/models/")) {
                list(exchange, path.substring("/api/models/".length()));
            } else if (path.startsWith("/cdn/")) {
                file(exchange, content(path.substring("/cdn/".length())));
            } else {
                redirect(exchange, path);
            }
        }
    }

    private void list(HttpExchange exchange, String path) throws IOException {
        Map<String, byte[]> files = repositories.get(path.replaceAll("/revision/.*", ""));
        if (files == null) {
            exchange.getResponseHeaders().set("X-Error-Code", "RepoNotFound");
            exchange.sendResponseHeaders(404, -1);
            return;
        }
        List<Json> siblings = new ArrayList<>();
        files.forEach((name, content) -> siblings.add(sibling(name, content)));
        byte[] body = Json.object(
                        "sha", Json.of(COMMIT),
                        "cardData", Json.object("license", Json.of("apache-2.0")),
                        "siblings", Json.array(siblings))
                .toString()
                .getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(200, body.length);
        exchange.getResponseBody().write(body);
    }

    private Json sibling(String name, byte[] content) {
        if (!listsDigests) {
            return Json.object("rfilename", Json.of(name));
        }
        return Json.object(
                "rfilename",
                Json.of(name),
                "size",
                Json.of(content.length),
                "lfs",
                Json.object("sha256", Json.of(digest(content)), "size", Json.of(content.length)));
    }

    static String digest(byte[] content) {
        var digest = Sha256.start();
        digest.update(content);
        return Sha256.finish(digest);
    }

    /** {@code /org/repo/resolve/commit/path} to the content host. */
    private void redirect(HttpExchange exchange, String path) throws IOException {
        String key = path.substring(1).replaceFirst("/resolve/[^/]+/", "!");
        byte[] content = content(key);
        if (content.length == 0) {
            exchange.getResponseHeaders().set("X-Error-Code", "EntryNotFound");
            exchange.sendResponseHeaders(404, -1);
            return;
        }
        exchange.getResponseHeaders().set("X-Linked-Etag", "\"" + digest(content) + "\"");
        exchange.getResponseHeaders().set("X-Linked-Size", String.valueOf(content.length));
        exchange.getResponseHeaders().set("X-Repo-Commit", COMMIT);
        exchange.getResponseHeaders()
                .set("Location", "http://localhost:" + server.getAddress().getPort() + "/cdn/" + key);
        exchange.sendResponseHeaders(302, -1);
    }

    private byte[] content(String key) {
        String[] parts = key.split("!", 2);
        return repositories.getOrDefault(parts[0], Map.of()).getOrDefault(parts[1], new byte[0]);
    }

    private void file(HttpExchange exchange, byte[] content) throws IOException {
        String range = exchange.getRequestHeaders().getFirst("Range");
        String ifRange = exchange.getRequestHeaders().getFirst("If-Range");
        int from = 0;
        boolean partial = ranges && range != null && (ifRange == null || ifRange.equals(etag));
        if (partial) {
            from = Integer.parseInt(range.replaceAll("\\D", ""));
            exchange.getResponseHeaders()
                    .set("Content-Range", "bytes " + from + "-" + (content.length - 1) + "/" + content.length);
        }
        exchange.getResponseHeaders().set("ETag", etag);
        exchange.sendResponseHeaders(partial ? 206 : 200, content.length - from);
        long until = breaks.getAndDecrement() > 0 ? from + breakAfterBytes : content.length;
        send(exchange.getResponseBody(), content, from, (int) Math.min(until, content.length));
    }

    private void send(OutputStream out, byte[] content, int from, int until) throws IOException {
        for (int at = from; at < until; at += 4096) {
            byte[] block = java.util.Arrays.copyOfRange(content, at, Math.min(at + 4096, until));
            if (wrongContent) {
                block[0] ^= 1;
            }
            out.write(block);
            if (pauseMillisPerBlock > 0) {
                out.flush();
                Interruption.sleep(pauseMillisPerBlock);
            }
        }
        out.flush();
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
