package wok.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import wok.formats.Json;

/** The engines are shell scripts that print what the real programs print. */
class CompareTest {
    private static final String LLAMA_BENCH = """
            case "$*" in
            *--help*) echo '-d, --n-depth <n>' ;;
            *-npp*) echo '|   128 |     32 |    8 |   1280 |    1.000 |  1024.00 |    2.000 |   128.00 |    3.000 |   426.67 |'
                    echo '|   128 |     32 |   32 |   5120 |    4.000 |  1024.00 |    8.000 |   256.00 |   12.000 |   426.67 |' ;;
            *"-d 2048"*) echo '[{"n_prompt": 0, "n_gen": 64, "n_depth": 2048, "avg_ts": 20.0}]' ;;
            *) echo 'warning: something' ; echo '[{"n_prompt": 512, "n_gen": 0, "avg_ts": 100.0},'
               echo ' {"n_prompt": 2048, "n_gen": 0, "avg_ts": 80.0}, {"n_prompt": 0, "n_gen": 64, "avg_ts": 25.0}]' ;;
            esac
            """;

    private static final String WOK = """
            case "$*" in
            *--stream-depth*) echo '{"results":[{"test":"tg32x8@d128","tokens_per_second":192.0},{"test":"tg32x32@d128","tokens_per_second":512.0}]}' ;;
            *--depth*) echo '{"results":[{"test":"tg64@d2048","tokens_per_second":30.0}]}' ;;
            *) echo '{"results":[{"test":"pp512","tokens_per_second":200.0},{"test":"pp2048","tokens_per_second":120.0},{"test":"tg64","tokens_per_second":50.0}]}' ;;
            esac
            """;

    @TempDir
    Path folder;

    private Path log = Path.of("");
    private Path model = Path.of("");

    @BeforeEach
    void prepare() throws IOException {
        log = folder.resolve("log");
        model = Files.writeString(folder.resolve("m.gguf"), "GGUF");
    }

    private Path script(String name, String body) throws IOException {
        String text = "#!/bin/sh\necho \"" + name + " $*\" >> " + log + "\n" + body;
        Path script = Files.writeString(folder.resolve(name), text);
        return Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwx------"));
    }

    private record Run(int code, String out, String err) {}

    private static Run compare(Object... words) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        int code = Compare.run(
                List.of(words).stream().map(Object::toString).toArray(String[]::new),
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8));
        return new Run(code, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }

    @Test
    void printsTheRatioOfEveryTestOfBothEngines() throws IOException {
        Path peer = script("llama-bench", LLAMA_BENCH);
        Run run = compare(
                model,
                "--wok",
                script("wok", WOK),
                "--peer",
                peer,
                "--batched",
                peer,
                "-t",
                "2",
                "--rounds",
                "2",
                "--json");
        assertThat(run.code()).as(run.err()).isZero();
        List<String> ratios = new ArrayList<>();
        for (Json element : Json.parseObject("out", run.out().getBytes(StandardCharsets.UTF_8))
                .array("results")
                .orElseThrow()
                .elements()) {
            Json.Obj row = (Json.Obj) element;
            String name = row.text("test").orElseThrow();
            if (name.equals("peak memory")) {
                continue; // scripts may end before they are looked at
            }
            assertThat(row.array("wok").orElseThrow().elements()).hasSize(2);
            Json.Obj first =
                    (Json.Obj) row.array("peers").orElseThrow().elements().getFirst();
            if (name.equals("first token")) {
                assertThat(first.number("ratio").orElseThrow().doubleValue()).isPositive();
            } else {
                ratios.add(name + " " + first.number("ratio").orElseThrow());
            }
        }
        assertThat(ratios)
                .containsExactly(
                        "pp512 2.000",
                        "pp2048 1.500",
                        "tg64 2.000",
                        "tg64@d2048 1.500",
                        "tg32x8@d128 1.500",
                        "tg32x32@d128 2.000");
    }

    @Test
    void enginesTakeTurnsAndTheOrderChangesWithTheRound() throws IOException {
        Run run = compare(
                model,
                "--wok",
                script("wok", WOK),
                "--peer",
                script("llama-bench", LLAMA_BENCH),
                "-t",
                "2",
                "--rounds",
                "2",
                "--depth",
                "0",
                "--streams",
                "0",
                "--peer-args",
                "-rtr 1");
        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.out()).contains("pp512").contains("2.00").contains("first token");
        List<String> programs = Files.readAllLines(log).stream()
                .map(line -> line.substring(0, line.indexOf(' ')))
                .toList();
        assertThat(programs)
                .containsExactly(
                        "llama-bench", // its help
                        "wok",
                        "llama-bench",
                        "wok",
                        "llama-bench",
                        "llama-bench",
                        "wok",
                        "llama-bench",
                        "wok");
    }

    @Test
    void anOlderLlamaBenchIsAskedInItsOwnWords() throws IOException {
        Path older = script("older", LLAMA_BENCH.replace("--n-depth", "-gp"));
        CompareOptions options = new CompareOptions(model, List.of(512), 64, 2048, List.of(), List.of(2), 1, 1);
        LlamaBenchEngine engine =
                LlamaBenchEngine.of("older", older, java.util.Optional.empty(), List.of("-rtr", "1"), options);
        engine.measure(new Part.Deep(64, 2048), 2);
        engine.measure(new Part.Start(16), 1);
        assertThat(engine.measure(new Part.Together(List.of(8), 32, 128), 2)).isEmpty();
        assertThat(Files.readString(log))
                .contains("-t 2 -o json -rtr 1 -p 0 -n 0 -gp 2048,64 -r 1")
                .contains("-t 1 -o json -rtr 1 -p 16 -n 0 -r 1 -w 0");
    }

    @Test
    void ratiosSayHowMuchBetterOursIsWhateverTheUnit() {
        assertThat(Measure.prompt(512).ratio(200, 100)).isEqualTo(2);
        assertThat(Measure.FIRST_TOKEN.ratio(200, 100)).isEqualTo(0.5);
        assertThat(Measure.median(List.of(3.0, 1.0, 2.0))).isEqualTo(2);
        assertThat(Measure.median(List.of(4.0, 1.0))).isEqualTo(2.5);
    }

    @Test
    void rejectsWhatCanNotBeComparedInOneLine() throws IOException {
        Path wok = script("wok", WOK);
        Path broken = script("broken", "echo 'error: failed to load model'; exit 1\n");
        Path chatty = script("chatty", "echo hello\n");
        for (Run run : List.of(
                compare(folder.resolve("none.gguf"), "--wok", wok, "--peer", broken),
                compare(model, "--wok", wok),
                compare(model, "--wok", wok, "--peer", broken, "--rounds", "0"),
                compare(model, "--wok", wok, "--peer", folder.resolve("none")),
                compare(model, "--wok", wok, "--node", folder))) {
            assertThat(run.code()).isEqualTo(1);
            assertThat(run.err()).hasLineCount(1).startsWith("bench/compare: ");
        }
        assertThat(compare(model, "--rounds", "few").code()).isEqualTo(2);
        assertThat(compare(model, "--wok", wok, "--peer", broken).err()).contains("error: failed to load model");
        assertThat(compare(model, "--wok", wok, "--peer", chatty).code()).isEqualTo(1);
    }

    @Test
    void aProgramThatDoesNotEndIsEnded() {
        long started = System.nanoTime();
        assertThatThrownBy(() -> ChildProcess.run(List.of("sleep", "60"), Map.of(), Duration.ofMillis(200)))
                .isInstanceOf(BenchException.class)
                .hasMessageContaining("not done after");
        assertThat(Duration.ofNanos(System.nanoTime() - started)).isLessThan(Duration.ofSeconds(30));
    }
}
