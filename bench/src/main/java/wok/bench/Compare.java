package wok.bench;

import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code bench/compare}: Wok and other engines in turns on the same file, as ratios with their spread. */
@Command(
        name = "bench/compare",
        header = "Measure Wok and other engines in turns on one GGUF file.",
        synopsisHeading = "%nUsage: ",
        parameterListHeading = "%n",
        optionListHeading = "%nOptions:%n",
        footerHeading = "%nExample:%n",
        footer = "  bench/compare model.gguf --peer ~/llama.cpp/build/bin/llama-bench"
                + " --batched ~/llama.cpp/build/bin/llama-batched-bench -t 1,2",
        mixinStandardHelpOptions = true)
public final class Compare implements Callable<Integer> {
    private final PrintStream out;
    private final PrintStream err;

    @Parameters(paramLabel = "MODEL", description = "A GGUF file.")
    private Path model = Path.of("");

    @Option(names = "--wok", paramLabel = "PROGRAM", description = "Wok's starter (./wok).")
    private Path wok = Path.of("wok");

    @Option(names = "--wok-args", paramLabel = "WORDS", description = "More options for wok bench: --kernels vector")
    private String wokWords = "";

    @Option(
            names = "--peer",
            paramLabel = "[NAME=]PROGRAM",
            description = "A program with llama-bench's arguments. More than one may be given.")
    private List<String> peers = List.of();

    @Option(
            names = "--batched",
            paramLabel = "PROGRAM",
            description = "llama-batched-bench of the peer at the same place, for answers at once.")
    private List<Path> batched = List.of();

    @Option(
            names = "--peer-args",
            paramLabel = "WORDS",
            description = "More options for the peer at the same place: '-rtr 1'")
    private List<String> peerWords = List.of();

    @Option(
            names = "--node",
            paramLabel = "FOLDER",
            description = "A folder in which the npm package node-llama-cpp is installed.")
    private Optional<Path> node = Optional.empty();

    @Option(names = "-p", split = ",", paramLabel = "N", description = "Tokens of prompts (512,2048).")
    private List<Integer> prompts = List.of(512, 2048);

    @Option(names = "-n", paramLabel = "N", description = "Tokens of an answer (64).")
    private int answer = 64;

    @Option(names = "--depth", paramLabel = "N", description = "Tokens before the deep answer (2048); 0: no such test.")
    private int depth = 2048;

    @Option(
            names = "--streams",
            split = ",",
            paramLabel = "N",
            description = "Answers at once (8,32); 0: no such test.")
    private List<Integer> streams = List.of(8, 32);

    @Option(names = "-t", split = ",", paramLabel = "N", description = "Threads (1,2).")
    private List<Integer> threads = List.of(1, 2);

    @Option(names = "-r", paramLabel = "N", description = "Measured runs of a test in each process (2).")
    private int runs = 2;

    @Option(names = "--rounds", paramLabel = "N", description = "Turns of every engine (3).")
    private int rounds = 3;

    @Option(names = "--json", description = "Print a JSON object.")
    private boolean json;

    Compare(PrintStream out, PrintStream err) {
        this.out = out;
        this.err = err;
    }

    /** Runs the comparison and ends the process. */
    public static void main(String[] words) {
        System.exit(run(words, System.out, System.err));
    }

    static int run(String[] words, PrintStream out, PrintStream err) {
        return new CommandLine(new Compare(out, err))
                .setAllowOptionsAsOptionParameters(true) // the words of a peer begin with - too
                .setExecutionExceptionHandler((e, line, result) -> {
                    err.println("bench/compare: " + (e instanceof BenchException ? e.getMessage() : e));
                    return 1;
                })
                .setParameterExceptionHandler((e, line) -> {
                    err.println("bench/compare: " + e.getMessage() + " (--help says more)");
                    return 2;
                })
                .execute(words);
    }

    @Override
    public Integer call() {
        if (!Files.isReadable(model)) {
            throw new BenchException(model + ": can't be read (expected: a GGUF file)");
        }
        if (rounds < 1 || runs < 1 || answer < 1) {
            throw new BenchException(
                    "--rounds, -r, -n: " + rounds + ", " + runs + ", " + answer + " (expected: 1 or more)");
        }
        List<Integer> together = streams.stream().filter(count -> count > 0).toList();
        CompareOptions options = new CompareOptions(model, prompts, answer, depth, together, threads, runs, rounds);
        Comparison comparison = Comparison.run(engines(options), options, err::println);
        CompareReport report = new CompareReport(comparison, options);
        out.print(json ? report.json() + "\n" : report.table());
        return 0;
    }

    private List<Engine> engines(CompareOptions options) {
        List<Engine> engines = new ArrayList<>();
        engines.add(new WokEngine("wok", wok.toAbsolutePath(), words(wokWords), options));
        for (int i = 0; i < peers.size(); i++) {
            String[] parts = peers.get(i).split("=", 2);
            Path program = Path.of(parts[parts.length - 1]).toAbsolutePath();
            Optional<Path> second =
                    i < batched.size() ? Optional.of(batched.get(i).toAbsolutePath()) : Optional.empty();
            List<String> more = i < peerWords.size() ? words(peerWords.get(i)) : List.of();
            String name = parts.length > 1 ? parts[0] : program.getFileName().toString();
            engines.add(LlamaBenchEngine.of(name, program, second, more, options));
        }
        node.ifPresent(folder -> engines.add(NodeEngine.of(folder.toAbsolutePath(), options)));
        if (engines.size() == 1) {
            throw new BenchException("--peer, --node: none (expected: an engine to compare with)");
        }
        return engines;
    }

    private static List<String> words(String text) {
        return text.isBlank() ? List.of() : List.of(text.strip().split("\\s+"));
    }
}
