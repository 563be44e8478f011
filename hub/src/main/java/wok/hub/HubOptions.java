package wok.hub;

import java.net.ProxySelector;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/**
 * Where models are kept and how they are fetched. Immutable; any thread.
 *
 * @param home the store's folder; made when something is first pulled
 * @param endpoint where the Hugging Face protocol is spoken, without a slash at the end
 * @param token sent to {@code endpoint}'s own host and to no other; never printed
 * @param offline whether nothing may be fetched
 * @param timeout how long to wait for a connection, and for an answer to begin
 * @param attempts how often a request is tried when the network or the server (5xx, 429) fails, at least 1
 * @param backoff the pause before the second attempt; it doubles each time
 * @param catalogue what short names mean
 * @param proxies which way requests go
 * @param packed whether packed weights are kept, so that the next start is faster
 */
public record HubOptions(
        Path home,
        URI endpoint,
        Optional<String> token,
        boolean offline,
        Duration timeout,
        int attempts,
        Duration backoff,
        Catalogue catalogue,
        ProxySelector proxies,
        boolean packed) {

    /** Where models with no other address come from. */
    private static final String PUBLIC_ENDPOINT = "https://huggingface.co";

    public HubOptions {
        String scheme = String.valueOf(endpoint.getScheme());
        if ((!scheme.equals("https") && !scheme.equals("http")) || endpoint.getHost() == null) {
            throw new HubException("HF_ENDPOINT: " + endpoint + " (expected: http:// or https:// and a host)");
        }
        if (attempts < 1) {
            throw new HubException("attempts: " + attempts + " (expected: at least 1)");
        }
    }

    /** The options that the process's environment asks for. */
    public static HubOptions defaults() {
        return of(System.getenv());
    }

    /**
     * The options that these environment variables ask for: {@code WOK_HOME}, {@code WOK_OFFLINE} or
     * {@code HF_HUB_OFFLINE} (1, true, yes, on), {@code WOK_PACKED} (0, false, no, off), {@code HF_ENDPOINT},
     * {@code HF_TOKEN}, and the usual proxy
     * variables ({@code HTTPS_PROXY}, {@code NO_PROXY}, …).
     *
     * @throws HubException if one of them makes no sense
     */
    public static HubOptions of(Map<String, String> environment) {
        String home = environment.getOrDefault("WOK_HOME", "");
        Path folder = home.isBlank() ? Path.of(System.getProperty("user.home"), ".wok") : Path.of(home);
        return new HubOptions(
                folder.toAbsolutePath().normalize(),
                endpoint(environment.getOrDefault("HF_ENDPOINT", "")),
                Optional.of(environment.getOrDefault("HF_TOKEN", "").strip()).filter(token -> !token.isEmpty()),
                isOn(environment, "WOK_OFFLINE") || isOn(environment, "HF_HUB_OFFLINE"),
                Duration.ofSeconds(30),
                4,
                Duration.ofSeconds(1),
                Catalogue.load(),
                new EnvironmentProxies(environment),
                !isOff(environment, "WOK_PACKED"));
    }

    public HubOptions withHome(Path other) {
        return new HubOptions(other, endpoint, token, offline, timeout, attempts, backoff, catalogue, proxies, packed);
    }

    public HubOptions withOffline(boolean other) {
        return new HubOptions(home, endpoint, token, other, timeout, attempts, backoff, catalogue, proxies, packed);
    }

    public HubOptions withEndpoint(URI other) {
        return new HubOptions(home, other, token, offline, timeout, attempts, backoff, catalogue, proxies, packed);
    }

    public HubOptions withToken(Optional<String> other) {
        return new HubOptions(home, endpoint, other, offline, timeout, attempts, backoff, catalogue, proxies, packed);
    }

    public HubOptions withTimeout(Duration other) {
        return new HubOptions(home, endpoint, token, offline, other, attempts, backoff, catalogue, proxies, packed);
    }

    public HubOptions withAttempts(int most, Duration firstPause) {
        return new HubOptions(home, endpoint, token, offline, timeout, most, firstPause, catalogue, proxies, packed);
    }

    public HubOptions withCatalogue(Catalogue other) {
        return new HubOptions(home, endpoint, token, offline, timeout, attempts, backoff, other, proxies, packed);
    }

    /** With or without packed weights that are kept. */
    public HubOptions withPacked(boolean other) {
        return new HubOptions(home, endpoint, token, offline, timeout, attempts, backoff, catalogue, proxies, other);
    }

    /** Everything but the token. */
    @Override
    public String toString() {
        return "HubOptions[home=" + home + ", endpoint=" + endpoint + ", token="
                + (token.isPresent() ? "(present)" : "(none)") + ", offline=" + offline + "]";
    }

    private static URI endpoint(String text) {
        String address = text.isBlank() ? PUBLIC_ENDPOINT : text.strip().replaceAll("/+$", "");
        try {
            return URI.create(address);
        } catch (IllegalArgumentException e) {
            throw new HubException("HF_ENDPOINT: " + address + " (expected: http:// or https:// and a host)", e);
        }
    }

    private static boolean isOff(Map<String, String> environment, String name) {
        return switch (environment.getOrDefault(name, "").strip().toLowerCase(java.util.Locale.ROOT)) {
            case "0", "false", "no", "off" -> true;
            default -> false;
        };
    }

    private static boolean isOn(Map<String, String> environment, String name) {
        return switch (environment.getOrDefault(name, "").strip().toLowerCase(java.util.Locale.ROOT)) {
            case "1", "true", "yes", "on" -> true;
            default -> false;
        };
    }
}
