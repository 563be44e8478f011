package wok.hub;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.SocketAddress;
import java.net.URI;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Proxies as the environment names them: {@code HTTPS_PROXY}, {@code HTTP_PROXY}, {@code ALL_PROXY} and {@code NO_PROXY},
 * in capitals or not. Where they say nothing, the JDK's own settings ({@code -Dhttps.proxyHost}, …) hold. Immutable; any
 * thread.
 */
final class EnvironmentProxies extends ProxySelector {
    private static final int PORT_WHEN_NONE = 80;
    private static final Pattern SEPARATOR = Pattern.compile("[,\\s]+");

    private final Map<String, String> environment;

    EnvironmentProxies(Map<String, String> environment) {
        this.environment = Map.copyOf(environment);
    }

    @Override
    public List<Proxy> select(URI address) {
        String scheme = String.valueOf(address.getScheme()).toUpperCase(Locale.ROOT);
        String proxy = variable(scheme + "_PROXY");
        proxy = proxy.isEmpty() ? variable("ALL_PROXY") : proxy;
        if (proxy.isEmpty()) {
            ProxySelector ofJdk = ProxySelector.getDefault();
            return ofJdk == null ? List.of(Proxy.NO_PROXY) : ofJdk.select(address);
        }
        return isDirect(String.valueOf(address.getHost())) ? List.of(Proxy.NO_PROXY) : List.of(http(proxy));
    }

    private String variable(String name) {
        String capitals = environment.getOrDefault(name, "");
        return (capitals.isBlank() ? environment.getOrDefault(name.toLowerCase(Locale.ROOT), "") : capitals).strip();
    }

    private boolean isDirect(String host) {
        String asked = host.toLowerCase(Locale.ROOT);
        for (String entry : SEPARATOR.split(variable("NO_PROXY").toLowerCase(Locale.ROOT), -1)) {
            String domain = entry.startsWith(".") ? entry.substring(1) : entry;
            if (entry.equals("*") || (!domain.isEmpty() && (asked.equals(domain) || asked.endsWith("." + domain)))) {
                return true;
            }
        }
        return false;
    }

    private static Proxy http(String text) {
        try {
            URI proxy = URI.create(text.contains("://") ? text : "http://" + text);
            if (proxy.getHost() != null) {
                int port = proxy.getPort() < 0 ? PORT_WHEN_NONE : proxy.getPort();
                return new Proxy(Proxy.Type.HTTP, InetSocketAddress.createUnresolved(proxy.getHost(), port));
            }
        } catch (IllegalArgumentException e) {
            throw new HubException("proxy: an address that can't be read (expected: http://host:port)", e);
        }
        throw new HubException("proxy: an address without a host (expected: http://host:port)");
    }

    @Override
    public void connectFailed(URI uri, SocketAddress address, IOException failure) {
        // The request itself fails with the same reason; there is no second proxy to turn to.
    }
}
