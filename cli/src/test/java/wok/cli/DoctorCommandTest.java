package wok.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import wok.formats.Json;
import wok.hub.HubOptions;
import wok.kernels.KernelSet;

class DoctorCommandTest {
    @TempDir
    private Path folder;

    private static Json.Obj check(CommandRun run, String name) {
        return run.object().array("checks").orElseThrow().elements().stream()
                .map(Json.Obj.class::cast)
                .filter(check -> check.text("name").orElse("").equals(name))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void looksAtEverythingThatWokNeeds() {
        CommandRun run = CommandRun.of("doctor", "--json");
        List<Json> checks = run.object().array("checks").orElseThrow().elements();
        assertThat(checks.stream().map(check -> ((Json.Obj) check).text("name").orElse("")))
                .contains("java", "processor", "kernels", "self-test", "bandwidth", "memory", "store", "network");
        for (Json check : checks) {
            assertThat(((Json.Obj) check).members()).containsOnlyKeys("name", "state", "found", "remedy");
            assertThat(List.of("ok", "warn", "fail"))
                    .contains(((Json.Obj) check).text("state").orElse(""));
        }
        assertThat(check(run, "java").text("state")).hasValue("ok");
        assertThat(check(run, "network").text("found")).hasValue("not asked (offline)");
    }

    @Test
    void namesTheKernelsThatAreTakenAndAllThatCanBeAskedFor() {
        List<Finding> findings = MachineChecks.kernels();
        assertThat(findings).contains(Finding.ok("--kernels", "reference: works here"));
        assertThat(findings.stream().filter(finding -> finding.name().equals("--kernels")))
                .hasSize(KernelSet.values().length);
        assertThat(findings.getFirst().found()).contains("agrees with the reference bit for bit");
    }

    @Test
    void writesALineForEachCheck() {
        CommandRun run = CommandRun.of("doctor");
        assertThat(run.code()).isZero();
        assertThat(run.out().lines().filter(line -> !line.startsWith(" ")))
                .hasSizeGreaterThan(7)
                .allMatch(line -> line.matches("(ok  |warn|fail)  \\S.*"));
    }

    @Test
    void asksTheNetworkUnlessItIsOffline() throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            try (exchange) {
                exchange.sendResponseHeaders(200, -1);
            }
        });
        server.start();
        String endpoint = "http://127.0.0.1:" + server.getAddress().getPort();
        Map<String, String> environment =
                Map.of("WOK_HOME", folder.toString(), "HF_ENDPOINT", endpoint, "NO_PROXY", "*");
        try {
            assertThat(HubChecks.network(HubOptions.of(environment)))
                    .isEqualTo(Finding.ok("network", endpoint + " answers (200)"));
            assertThat(HubChecks.network(HubOptions.of(environment).withOffline(true)))
                    .isEqualTo(Finding.ok("network", "not asked (offline)"));
        } finally {
            server.stop(0);
        }
        assertThat(HubChecks.network(HubOptions.of(environment)).state()).isEqualTo(Finding.State.WARN);
    }
}
