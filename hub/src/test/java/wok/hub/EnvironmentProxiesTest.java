package wok.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.URI;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Which proxy an address gets. */
final class EnvironmentProxiesTest {
    private static final URI ADDRESS = URI.create("https://models.example.org/x");

    @Test
    void takesTheProxyOfTheScheme() {
        for (String name : List.of("HTTPS_PROXY", "https_proxy", "ALL_PROXY")) {
            List<Proxy> proxies = new EnvironmentProxies(Map.of(name, "http://proxy.example.org:3128")).select(ADDRESS);
            assertThat(proxies.getFirst().address())
                    .isEqualTo(InetSocketAddress.createUnresolved("proxy.example.org", 3128));
        }
    }

    @Test
    void goesDirectlyWhereTheEnvironmentSaysSo() {
        for (String direct : List.of("*", "models.example.org", ".example.org", "localhost, example.org")) {
            Map<String, String> environment = Map.of("HTTPS_PROXY", "p:1", "NO_PROXY", direct);
            assertThat(new EnvironmentProxies(environment).select(ADDRESS)).containsExactly(Proxy.NO_PROXY);
        }
        Map<String, String> environment = Map.of("HTTPS_PROXY", "p:1", "NO_PROXY", "other.org,ample.org");
        assertThat(new EnvironmentProxies(environment).select(ADDRESS)).doesNotContain(Proxy.NO_PROXY);
    }

    @Test
    void refusesAnAddressThatIsNone() {
        EnvironmentProxies proxies = new EnvironmentProxies(Map.of("HTTPS_PROXY", "http://user:secret@ :x"));
        assertThatThrownBy(() -> proxies.select(ADDRESS))
                .isInstanceOf(HubException.class)
                .hasMessageNotContaining("secret");
    }
}
