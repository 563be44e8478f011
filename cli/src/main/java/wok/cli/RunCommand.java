package wok.cli;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import wok.api.Answer;
import wok.api.AnswerOptions;
import wok.api.Prompt;
import wok.formats.Json;

/** {@code wok run}: one answer. */
@Command(
        name = "run",
        header = "Give one answer.",
        description = {
            "",
            "The prompt is PROMPT, or the text piped in, or both: PROMPT first. The answer goes to standard",
            "output as it comes; what a model thinks before it goes to standard error when it is not shown",
            "on a terminal. Ctrl-C stops."
        },
        synopsisHeading = "%nUsage: ",
        parameterListHeading = "%n",
        optionListHeading = "%nOptions:%n",
        footerHeading = "%nExamples:%n",
        footer = {
            "  wok run smollm2:135m \"Why is the sky blue?\"",
            "  git diff | wok run qwen3:0.6b \"Write a commit message.\" --temperature 0",
            "  wok run model.gguf --raw \"Once upon a time\" --max-tokens 100 --seed 7",
            "  wok run qwen3:0.6b \"Name three rivers.\" --think off --json"
        })
final class RunCommand implements Callable<Integer> {
    /** What {@code --max-tokens} is for a text that is continued. */
    private static final int CONTINUATION_TOKENS_MAX = 512;

    private final Streams streams;

    @Parameters(index = "0", paramLabel = "MODEL", description = "A name, a GGUF file or a folder.")
    private String model = "";

    @Parameters(index = "1..*", arity = "0..*", paramLabel = "PROMPT", description = "What to answer.")
    private List<String> words = List.of();

    @Option(names = "--system", paramLabel = "TEXT", description = "What the model is told before everything else.")
    private String system = "";

    @Option(names = "--raw", description = "Continue the prompt as it is, without the model's chat template.")
    private boolean raw;

    @Option(names = "--special", description = "With --raw: control tokens spelled in the prompt are parsed.")
    private boolean special;

    @Option(names = "--think", paramLabel = "on|off", description = "Whether a model that can think first does so.")
    private Optional<String> think = Optional.empty();

    @Mixin
    private final SamplingMixin chosen = new SamplingMixin();

    @Option(names = "--stats", description = "Print times, rates, memory and the seed to standard error.")
    private boolean stats;

    @Option(names = "--json", description = "Print one JSON object when the answer is complete.")
    private boolean json;

    @Option(names = "--stream", description = "With --json: a line for each piece too, before the object.")
    private boolean stream;

    @Mixin
    private final ModelMixin running = new ModelMixin();

    @Mixin
    private final HubMixin hub = new HubMixin();

    RunCommand(Streams streams) {
        this.streams = streams;
    }

    @Override
    public Integer call() {
        Optional<Boolean> thinking = think.map(word -> Words.onOff("--think", word));
        if (raw && !system.isEmpty()) {
            throw CliException.usage("--raw, --system: both given (expected: one; --raw has no system message)");
        }
        running.check();
        String prompt = prompt();
        try (LoadedModel loaded = LoadedModel.open(hub.locate(model, streams), running, streams)) {
            AnswerOptions options = chosen.answers(loaded.wok().sampling(), running.contextPolicy())
                    .withAdapters(loaded.adapters().mix());
            Prompt request = request(loaded, prompt, thinking);
            AnswerReport answer = answer(loaded, request, bounded(options, request));
            long seed = options.sampling().orElseThrow().seed();
            if (json) {
                streams.out().line(document(answer, seed, loaded).toString());
            }
            if (stats) {
                streams.err().line(streams.errorPaint().dim(statistics(answer, seed, loaded)));
            }
        }
        return Main.DONE;
    }

    /** A text that is continued need not end by itself. */
    private static AnswerOptions bounded(AnswerOptions options, Prompt prompt) {
        return prompt.isChat() || options.tokensMax() < Integer.MAX_VALUE
                ? options
                : options.withTokensMax(CONTINUATION_TOKENS_MAX);
    }

    private String prompt() {
        String typed = String.join(" ", words);
        String piped = streams.inputIsTerminal() ? "" : Words.text("-", streams).stripTrailing();
        if (typed.isEmpty() && piped.isEmpty() && !raw) {
            throw CliException.usage("PROMPT is missing (give it as words, or pipe a text in)");
        }
        return typed.isEmpty() || piped.isEmpty() ? typed + piped : typed + "\n\n" + piped;
    }

    private Prompt request(LoadedModel loaded, String text, Optional<Boolean> thinking) {
        if (raw || !loaded.hasTemplate()) {
            if (!raw) {
                Failures.report(streams, "the model has no chat template: it continues the prompt (as with --raw)");
            }
            return loaded.wok().prompts().raw(text, special);
        }
        Conversation conversation = new Conversation();
        conversation.system(system);
        conversation.user(text);
        return loaded.prompt(conversation, thinking);
    }

    private AnswerReport answer(LoadedModel loaded, Prompt prompt, AnswerOptions options) {
        AnswerReader.View view = json
                ? (stream ? AnswerViews.jsonLines(streams) : AnswerViews.none())
                : AnswerViews.suiting(streams, "reading the prompt");
        try (Answer answer = loaded.wok().complete(prompt, options);
                Interruption _ = Interruption.calling(answer::cancel)) {
            return AnswerReader.read(answer, view);
        }
    }

    private Json.Obj document(AnswerReport answer, long seed, LoadedModel loaded) {
        return Json.object(
                "model", Json.of(model),
                "text", Json.of(answer.text()),
                "reasoning", Json.of(answer.reasoning()),
                "finish_reason", Json.of(answer.finishWord()),
                "usage", answer.usageObject(),
                "seed", Json.of(seed),
                "timings", answer.timings(loaded.loadNanos()));
    }

    private static String statistics(AnswerReport answer, long seed, LoadedModel loaded) {
        String memory = ProcessMemory.residentPeakBytes().isPresent()
                ? "; memory " + Quantity.bytes(ProcessMemory.residentPeakBytes().getAsLong())
                : "";
        return "loaded in " + Quantity.duration(loaded.loadNanos()) + "; " + answer.statistics() + memory + "; kernels "
                + loaded.wok().transformer().kernelReport() + "; seed " + seed;
    }
}
