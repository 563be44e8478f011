package wok.cli;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import wok.formats.Json;
import wok.formats.ModelSource;
import wok.kernels.KvType;
import wok.model.ModelOptions;
import wok.model.Transformer;

/**
 * {@code wok bench}: how fast a model is here. It measures forward passes alone, without tokenizer and sampler, on
 * random token ids: what other engines' benchmarks measure too.
 *
 * <p>Every combination is run once before it is measured, so that the compiler is done with it. {@code pp512} is a
 * prompt of 512 tokens, {@code tg64} 64 answer tokens one after the other, {@code @d2048} the same behind 2048 tokens,
 * {@code tg64x8} eight answers at once (the tokens of all together).
 */
@Command(
        name = "bench",
        header = "Measure a model's speed on this computer.",
        description = {
            "",
            "pp512 is a prompt of 512 tokens, tg64 64 tokens of an answer, tg64@d2048 the same behind",
            "2048 tokens, tg64x8 eight answers at once (tokens of all together per second). A prompt's",
            "MS is the wait for the first token of its answer."
        },
        synopsisHeading = "%nUsage: ",
        parameterListHeading = "%n",
        optionListHeading = "%nOptions:%n",
        footerHeading = "%nExamples:%n",
        footer = {
            "  wok bench smollm2:135m",
            "  wok bench model.gguf -p 512,2048 -n 64 --depth 0,2048 --streams 1,8,32 -t 1,2 -r 3 --json"
        })
final class BenchCommand implements Callable<Integer> {
    private final Streams streams;

    @Mixin
    private final HubMixin hub = new HubMixin();

    @Mixin
    private final ModelMixin running = new ModelMixin();

    @Parameters(paramLabel = "MODEL", description = "A name, a GGUF file or a folder.")
    private String model = "";

    @Option(names = "-p", paramLabel = "N,…", description = "Tokens of the prompt (512); 0 leaves that test out.")
    private String prompts = "512";

    @Option(names = "-n", paramLabel = "N,…", description = "Tokens of the answer (64); 0 leaves that test out.")
    private String answers = "64";

    @Option(names = "--depth", paramLabel = "N,…", description = "Tokens that are there already (0).")
    private String depths = "0";

    @Option(names = "--streams", paramLabel = "N,…", description = "Answers at once (1).")
    private String parallel = "1";

    @Option(
            names = "--stream-depth",
            paramLabel = "N",
            description = "Tokens that are there already when several answers are written at once (0).")
    private int streamDepth;

    @Option(names = "-t", paramLabel = "N,…", description = "Threads to try; without it, as --threads says.")
    private String threads = "";

    @Option(names = "-r", paramLabel = "N", description = "Measured runs of each test (3).")
    private int runs = 3;

    @Option(names = "--no-warmup", description = "Measure from the very first token on.")
    private boolean cold;

    @Option(names = "--json", description = "Print a JSON object: {\"results\":[…]}.")
    private boolean json;

    BenchCommand(Streams streams) {
        this.streams = streams;
    }

    @Override
    public Integer call() {
        BenchPlan plan = plan();
        running.check();
        if (!running.adapters().isEmpty()) {
            throw CliException.usage("--adapter: given (expected: none; bench measures the model alone)");
        }
        var path = hub.locate(model, streams);
        ModelOptions options = running.options().withPackedCache(hub.packedCache(path, streams));
        int[] counts = threads.isEmpty() ? new int[] {options.threads()} : Words.integers("-t", threads);
        Arrays.stream(counts).forEach(count -> ModelMixin.atLeastOne("-t", count, ModelOptions.THREADS_MAX));
        List<Json> results = new ArrayList<>();
        Table table = new Table("TEST", ">THREADS", ">TOKENS/S", ">±", ">MS");
        Json.Obj document = Json.Obj.of();
        for (int count : counts) {
            long started = System.nanoTime();
            try (Transformer transformer = Transformer.open(ModelSource.open(path), options.withThreads(count))) {
                plan.check(transformer.config().contextLength());
                if (results.isEmpty()) {
                    document = start(transformer, System.nanoTime() - started);
                }
                for (BenchResult result : plan.run(transformer, running.kvType(KvType.F16), this::say)) {
                    results.add(result.object(count));
                    table.row(
                            result.test().name(),
                            Integer.toString(count),
                            String.format(Locale.ROOT, "%.2f", result.mean()),
                            String.format(Locale.ROOT, "%.2f", result.spread()),
                            String.format(Locale.ROOT, "%.0f", result.milliseconds()));
                }
            }
        }
        document = document.with(
                        "memory_bytes",
                        Json.of(ProcessMemory.residentPeakBytes().orElse(0)))
                .with("results", Json.array(results));
        streams.out().print(json ? document + "\n" : words(document) + table.text(streams));
        return Main.DONE;
    }

    private BenchPlan plan() {
        int[] prompt = positive("-p", prompts);
        int[] answer = positive("-n", answers);
        if (prompt.length + answer.length == 0) {
            throw CliException.usage("-p, -n: " + prompts + ", " + answers + " (expected: not all 0)");
        }
        ModelMixin.atLeastOne("-r", runs, 1000);
        int[] together = Words.integers("--streams", parallel);
        Arrays.stream(together).forEach(count -> ModelMixin.atLeastOne("--streams", count, 4096));
        if (streamDepth < 0) {
            throw CliException.usage("--stream-depth: " + streamDepth + " (expected: 0 or more)");
        }
        return new BenchPlan(prompt, answer, Words.integers("--depth", depths), together, streamDepth, runs, !cold);
    }

    /** The counts of an option whose 0 means none. */
    private static int[] positive(String option, String text) {
        return Arrays.stream(Words.integers(option, text))
                .filter(count -> count > 0)
                .toArray();
    }

    /** What is known before the first test. */
    private Json.Obj start(Transformer transformer, long loadNanos) {
        Json.Obj document = Json.object(
                "model", Json.of(model),
                "kernels", Json.of(transformer.kernels()),
                "kernel_report", Json.of(transformer.kernelReport()),
                "load_ms", Json.of(loadNanos / 1_000_000));
        return cold ? document : document.with("cold_start_to_first_token_ms", Json.of(firstTokenMillis(transformer)));
    }

    /** The first forward of a fresh program: how long a person waits for the first token. */
    private long firstTokenMillis(Transformer transformer) {
        try (SequenceRun run =
                SequenceRun.allocate(transformer, 1, BenchPlan.COLD_TOKENS, running.kvType(KvType.F16))) {
            run.feed(
                    BenchPlan.randomTokens(
                            BenchPlan.COLD_TOKENS, transformer.config().vocabularySize()),
                    0,
                    BenchPlan.COLD_TOKENS - 1,
                    (position, logits, row) -> {});
        }
        return ProcessMemory.uptimeMillis();
    }

    private String words(Json.Obj document) {
        return TerminalText.oneLine(model) + " with " + document.text("kernels").orElse("") + " kernels: loaded in "
                + document.members().get("load_ms") + " ms; "
                + document.number("cold_start_to_first_token_ms")
                        .map(millis -> millis + " ms from the program's start to a first token; ")
                        .orElse("")
                + "at most "
                + Quantity.bytes(
                        document.number("memory_bytes").map(Json.Num::longValue).orElse(0L))
                + " of memory\n\n";
    }

    private void say(String what) {
        if (streams.canRewriteLines()) {
            streams.err().print("\r\u001b[K" + what);
        }
    }
}
