package wok.cli;

import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import wok.api.AnswerOptions;
import wok.hub.Catalogue;

/** {@code wok chat}: a conversation in the terminal. */
@Command(
        name = "chat",
        header = "Talk with a model in the terminal.",
        description = {
            "",
            "Without MODEL it is " + Catalogue.DEFAULT_MODEL + ". Inside, /help lists the commands. Ctrl-C stops an",
            "answer, Ctrl-D leaves. Without a terminal every line that is piped in is a message."
        },
        synopsisHeading = "%nUsage: ",
        parameterListHeading = "%n",
        optionListHeading = "%nOptions:%n",
        footerHeading = "%nExamples:%n",
        footer = {
            "  wok chat",
            "  wok chat qwen3:0.6b --system \"You answer in one sentence.\" --temperature 0.3",
            "  printf 'Hi\\nAnd who are you?\\n' | wok chat smollm2:135m"
        })
final class ChatCommand implements Callable<Integer> {
    private final Streams streams;

    @Parameters(arity = "0..1", paramLabel = "MODEL", description = "A name, a GGUF file or a folder.")
    private String model = Catalogue.DEFAULT_MODEL;

    @Option(names = "--system", paramLabel = "TEXT", description = "What the model is told before everything else.")
    private String system = "";

    @Option(names = "--think", paramLabel = "on|off", description = "Whether a model that can think first does so.")
    private Optional<String> think = Optional.empty();

    @Mixin
    private final SamplingMixin chosen = new SamplingMixin();

    @Option(names = "--stats", description = "Print times and rates after each answer.")
    private boolean stats;

    @Mixin
    private final ModelMixin running = new ModelMixin();

    @Mixin
    private final HubMixin hub = new HubMixin();

    ChatCommand(Streams streams) {
        this.streams = streams;
    }

    @Override
    public Integer call() {
        Optional<Boolean> thinking = think.map(word -> Words.onOff("--think", word));
        running.check();
        try (LoadedModel loaded = LoadedModel.open(hub.locate(model, streams), running, streams)) {
            if (!loaded.hasTemplate()) {
                throw CliException.failed(
                        model + ": has no chat template (expected: one; wok run --raw continues a text)");
            }
            AnswerOptions answers = chosen.answers(loaded.wok().sampling(), running.contextPolicy())
                    .withAdapters(loaded.adapters().mix());
            ChatSettings settings = new ChatSettings(answers, thinking, stats);
            Conversation conversation = new Conversation();
            conversation.system(system);
            try (ChatInput input = input()) {
                boolean allWell = new ChatLoop(streams, loaded, input, conversation, settings).run();
                return allWell || streams.inputIsTerminal() ? Main.DONE : Main.FAILED;
            }
        }
    }

    private ChatInput input() {
        if (!streams.inputIsTerminal() || !streams.outputIsTerminal()) {
            return new PlainInput(streams);
        }
        streams.err().line(streams.errorPaint().dim(TerminalText.oneLine(model) + " is ready. /help lists commands."));
        return TerminalInput.open(hub.store(streams).home().resolve("history"), ChatWords.COMMANDS);
    }
}
