package wok.hub;

import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import javax.net.ssl.SSLException;

/**
 * HTTP as downloads need it: redirects followed by hand, so that the token goes to the endpoint's own host and to no
 * other; another try after a broken connection, a 429 or a 5xx, with pauses that double; and every status that is no
 * success turned into a line that says what to do.
 *
 * <p>A host that can't be reached at all is not tried again: the next source is better than waiting.
 *
 * <p>Any thread.
 */
final class HubHttp implements AutoCloseable {
    private static final int REDIRECTS_MAX = 10;
    private static final Duration CONNECT_MAX = Duration.ofSeconds(10);
    private static final long RETRY_AFTER_SECONDS_MAX = 60;

    private final HubOptions options;
    private final HttpClient client;

    HubHttp(HubOptions options) {
        this.options = options;
        Duration connect = options.timeout().compareTo(CONNECT_MAX) < 0 ? options.timeout() : CONNECT_MAX;
        this.client = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NEVER)
                .connectTimeout(connect)
                .proxy(options.proxies())
                .build();
    }

    /**
     * An answer with its body still to be read.
     *
     * @param firstHeaders of the endpoint itself, before any redirect: the protocol's own headers are there
     */
    record Answer(int status, HttpHeaders firstHeaders, HttpHeaders headers, InputStream body)
            implements AutoCloseable {
        @Override
        public void close() throws IOException {
            body.close();
        }

        Optional<Long> length(String header) {
            return headers.firstValue(header)
                    .filter(v -> v.matches("\\d{1,18}"))
                    .map(Long::parseLong);
        }
    }

    /**
     * GET, through redirects.
     *
     * @param headers more of them, such as Range
     * @throws HubException unless the status is a success, or 416
     */
    Answer get(URI address, Map<String, String> headers) {
        return follow("GET", address, headers, false);
    }

    /** HEAD, through redirects within the host only: the endpoint's own headers are what is asked for. */
    Answer head(URI address) {
        return follow("HEAD", address, Map.of(), true);
    }

    private Answer follow(String method, URI start, Map<String, String> headers, boolean stayAtHost) {
        URI address = start;
        HttpHeaders first = null;
        for (int hop = 0; hop <= REDIRECTS_MAX; hop++) {
            HttpResponse<InputStream> response = patiently(method, address, headers);
            first = first == null || isHome(address) ? response.headers() : first;
            if (response.statusCode() / 100 != 3 || response.statusCode() == 304) {
                return accepted(address, first, response);
            }
            URI next = redirected(address, response);
            if (stayAtHost && !sameHost(address, next)) {
                return new Answer(response.statusCode(), first, response.headers(), response.body());
            }
            discard(response);
            address = next;
        }
        throw new HubException(start.getHost() + ": more than " + REDIRECTS_MAX + " redirects");
    }

    private static Answer accepted(URI address, HttpHeaders first, HttpResponse<InputStream> response) {
        int status = response.statusCode();
        if (status / 100 == 2 || status == 416) {
            return new Answer(status, first, response.headers(), response.body());
        }
        discard(response);
        throw HubStatus.refused(address, status, response.headers());
    }

    private static URI redirected(URI from, HttpResponse<InputStream> response) {
        String location = response.headers().firstValue("Location").orElse("");
        try {
            URI to = from.resolve(URI.create(location));
            boolean secure = "https".equals(to.getScheme());
            boolean asSecure = secure || ("http".equals(to.getScheme()) && !"https".equals(from.getScheme()));
            if (!location.isEmpty() && asSecure && to.getHost() != null) {
                return to;
            }
        } catch (IllegalArgumentException e) {
            throw new HubException(from.getHost() + ": redirects to " + Printable.line(location), e);
        }
        throw new HubException(from.getHost() + ": redirects to " + Printable.line(location)
                + " (expected: an http address as safe as before)");
    }

    private HttpResponse<InputStream> patiently(String method, URI address, Map<String, String> headers) {
        Duration pause = options.backoff();
        for (int attempt = 1; ; attempt++) {
            boolean last = attempt >= options.attempts();
            try {
                HttpResponse<InputStream> response = send(method, address, headers);
                if (last || !isTemporary(response.statusCode())) {
                    return response;
                }
                discard(response);
                Interruption.sleep(Math.max(pause.toMillis(), retryAfterMillis(response.headers())));
            } catch (IOException e) {
                if (last || !isWorthAnotherTry(e)) {
                    throw new HubException(address.getHost() + ": not reachable: " + Printable.reason(e), e);
                }
                Interruption.sleep(pause.toMillis());
            }
            pause = pause.multipliedBy(2);
        }
    }

    private HttpResponse<InputStream> send(String method, URI address, Map<String, String> headers) throws IOException {
        HttpRequest.Builder request = HttpRequest.newBuilder(address)
                .method(method, HttpRequest.BodyPublishers.noBody())
                .timeout(options.timeout())
                .header("User-Agent", "wok");
        headers.forEach(request::header);
        if (isHome(address)) {
            options.token().ifPresent(token -> request.header("Authorization", "Bearer " + token));
        }
        try {
            return client.send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
        } catch (InterruptedException e) {
            throw Interruption.interrupted(e);
        } catch (IllegalArgumentException e) {
            throw new HubException("HF_TOKEN: can't be sent (expected: letters and digits in one line)");
        }
    }

    private boolean isHome(URI address) {
        return sameHost(options.endpoint(), address);
    }

    private static boolean sameHost(URI a, URI b) {
        return String.valueOf(a.getHost()).equalsIgnoreCase(b.getHost())
                && a.getPort() == b.getPort()
                && String.valueOf(a.getScheme()).equalsIgnoreCase(b.getScheme());
    }

    private static boolean isTemporary(int status) {
        return status == 429 || status == 500 || (status >= 502 && status <= 504);
    }

    private static boolean isWorthAnotherTry(IOException e) {
        return !(e instanceof ConnectException
                || e instanceof HttpConnectTimeoutException
                || e instanceof SSLException);
    }

    private static long retryAfterMillis(HttpHeaders headers) {
        return headers.firstValue("Retry-After")
                        .filter(seconds -> seconds.matches("\\d{1,6}"))
                        .map(Long::parseLong)
                        .map(seconds -> Math.min(seconds, RETRY_AFTER_SECONDS_MAX))
                        .orElse(0L)
                * 1000;
    }

    private static void discard(HttpResponse<InputStream> response) {
        try {
            response.body().close();
        } catch (IOException e) {
            throw new HubException(response.uri().getHost() + ": " + Printable.reason(e), e);
        }
    }

    @Override
    public void close() {
        client.shutdownNow();
    }
}
