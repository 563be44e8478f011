package wok.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import wok.formats.Json;

/** pull, list, show, cp, rm, on a store that is filled from a hub on the loopback interface. */
class StoreCommandsTest {
    private static final String COMMIT = "0123456789abcdef0123456789abcdef01234567";
    private static final String NAME = "hf:org/tiny-GGUF:F32";

    @TempDir
    static Path folder;

    private static byte[] model = new byte[0];
    private static HttpServer server;

    @BeforeAll
    static void startHub() throws IOException {
        model = Files.readAllBytes(ModelFiles.gguf(folder));
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", StoreCommandsTest::answer);
        server.start();
    }

    @AfterAll
    static void stopHub() {
        server.stop(0);
    }

    /** The two questions of the Hugging Face protocol that a pull asks. */
    private static void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            byte[] body = model;
            if (exchange.getRequestURI().getPath().startsWith("/api/models/org/tiny-GGUF")) {
                body = ("{\"sha\":\"" + COMMIT + "\",\"cardData\":{\"license\":\"mit\"},\"siblings\":"
                                + "[{\"rfilename\":\"tiny-F32.gguf\",\"size\":" + model.length + "}]}")
                        .getBytes(StandardCharsets.UTF_8);
            } else if (!exchange.getRequestURI().getPath().endsWith("tiny-F32.gguf")) {
                exchange.getResponseHeaders().set("X-Error-Code", "RepoNotFound");
                exchange.sendResponseHeaders(404, -1);
                return;
            }
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
        }
    }

    private static CommandRun wok(Path home, Object... words) {
        String endpoint = "http://127.0.0.1:" + server.getAddress().getPort();
        return CommandRun.run(
                "", false, Map.of("WOK_HOME", home.toString(), "HF_ENDPOINT", endpoint, "NO_PROXY", "*"), words);
    }

    private static List<String> names(Path home) {
        return wok(home, "list", "--json").object().array("models").orElseThrow().elements().stream()
                .map(model -> ((Json.Obj) model).text("name").orElse(""))
                .toList();
    }

    @Test
    void pullsListsShowsCopiesAndRemoves(@TempDir Path home) {
        assertThat(names(home)).isEmpty();
        CommandRun pulled = wok(home, "pull", NAME, "--json");
        assertThat(pulled.code()).as(pulled.err()).isZero();
        assertThat(pulled.object().members())
                .containsOnlyKeys("name", "path", "bytes", "packed_bytes", "source", "licence", "pulled", "files");
        assertThat(pulled.object().number("bytes")).hasValue(Json.of(model.length));
        assertThat(pulled.object().text("licence")).hasValue("mit");
        assertThat(names(home)).containsExactly(NAME);

        CommandRun copied = wok(home, "cp", NAME, "small", "--json");
        assertThat(copied.object().text("name"))
                .as(copied.err())
                .hasValueSatisfying(name -> assertThat(name).startsWith("small"));
        assertThat(names(home)).hasSize(2).contains(NAME);
        Json.Obj shown = wok(home, "show", "small", "--json").object();
        assertThat(shown.text("architecture")).hasValue("llama");
        assertThat(shown.text("licence")).hasValue("mit");
        Json.Obj fits = shown.object("fits").orElseThrow();
        assertThat(fits.bool("fits")).hasValue(true);
        assertThat(fits.number("tokens_per_second").orElseThrow().doubleValue()).isPositive();
        assertThat(wok(home, "show", "small").out()).containsPattern("fits +yes, about [0-9.]+ tokens/s; takes ");
        assertThat(wok(home, "run", "small", "Hi", "-n", "2", "--offline").code())
                .isZero();

        assertThat(wok(home, "rm", NAME, "--json").object().toString()).isEqualTo("{\"removed\":[\"" + NAME + "\"]}");
        assertThat(wok(home, "show", "small", "--json").code()).isZero();
        assertThat(wok(home, "rm", "small").out()).isEqualTo("removed small\n");
        assertThat(names(home)).isEmpty();
    }

    @Test
    void writesTablesForPeople(@TempDir Path home) {
        assertThat(wok(home, "list").err()).contains("no models yet");
        assertThat(wok(home, "pull", NAME).out()).contains(NAME);
        assertThat(wok(home, "list").out()).contains("NAME", "LICENCE", NAME, "mit");
        assertThat(wok(home, "list", "--all").out()).contains("smollm2:135m");
        assertThat(wok(home, "list", "--all", "--json").object().array("models"))
                .hasValueSatisfying(models -> assertThat(models.elements()).hasSizeGreaterThan(3));
    }

    @Test
    void rejectsNamesThatAreNotThere(@TempDir Path home) {
        for (CommandRun run : List.of(
                wok(home, "pull", "hf:org/none:Q8_0"),
                wok(home, "rm", "small"),
                wok(home, "cp", "small", "other"),
                wok(home, "show", "no/such name"),
                wok(home, "pull", NAME, "--offline"))) {
            assertThat(run.code()).isEqualTo(1);
            assertThat(run.out()).isEmpty();
            assertThat(run.err().lines().toList().getLast()).startsWith("wok: ");
        }
    }

    @Test
    void removesPackedWeightsAlone(@TempDir Path home) throws IOException {
        wok(home, "pull", NAME);
        Path packed = Files.createDirectories(home.resolve("packed")).resolve("sha256-12.packed");
        Files.write(packed, new byte[5000]);
        assertThat(wok(home, "rm", "--packed", NAME).code()).isEqualTo(2);
        assertThat(wok(home, "rm").code()).isEqualTo(2);
        assertThat(packed).exists();
        assertThat(wok(home, "rm", "--packed", "--json").out()).isEqualTo("{\"removed_packed_bytes\":5000}\n");
        assertThat(packed).doesNotExist();
        assertThat(wok(home, "rm", "--packed").out()).isEqualTo("removed 0 B of packed weights\n");
        assertThat(names(home)).containsExactly(NAME);
    }

    @Test
    void removesNothingWhenOneNameIsWrong(@TempDir Path home) {
        wok(home, "pull", NAME);
        assertThat(wok(home, "rm", NAME, "none").code()).isEqualTo(1);
        assertThat(names(home)).containsExactly(NAME);
    }
}
