package wok.cli;

import java.time.Clock;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import wok.formats.Json;
import wok.formats.ModelSource;
import wok.tokenizer.ChatTemplate;
import wok.tokenizer.Tokenizer;

/** {@code wok template}: the prompt that a conversation becomes. */
@Command(
        name = "template",
        header = "Print the prompt that a chat template makes of a conversation.",
        description = {
            "",
            "FILE is a JSON object; every key is a variable of the template: messages, tools,",
            "add_generation_prompt, … With a MODEL its control tokens (bos_token, …) are variables",
            "too, unless FILE has them. The prompt is printed as it is, nothing added. When the",
            "template refuses the conversation (raise_exception), its words are printed as an error."
        },
        synopsisHeading = "%nUsage: ",
        parameterListHeading = "%n",
        optionListHeading = "%nOptions:%n",
        footerHeading = "%nExamples:%n",
        footer = {
            "  wok template smollm2:135m --messages talk.json",
            "  echo '{\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]}' | wok template smollm2:135m --messages -",
            "  wok template --template chat.jinja --messages talk.json"
        })
final class TemplateCommand implements Callable<Integer> {
    private final Streams streams;

    @Mixin
    private final HubMixin hub = new HubMixin();

    @Parameters(arity = "0..1", paramLabel = "MODEL", description = "A name, a GGUF file or a folder.")
    private Optional<String> model = Optional.empty();

    @Option(
            names = "--messages",
            paramLabel = "FILE",
            required = true,
            description = "The template's variables as a JSON object; - is standard input.")
    private String messages = "";

    @Option(names = "--template", paramLabel = "FILE", description = "A template by itself, instead of MODEL's.")
    private Optional<String> template = Optional.empty();

    @Option(
            names = "--now",
            paramLabel = "TIME",
            description = "What the template takes for the present: 2026-01-31T12:00:00. Without it, the clock's.")
    private Optional<LocalDateTime> now = Optional.empty();

    TemplateCommand(Streams streams) {
        this.streams = streams;
    }

    @Override
    public Integer call() {
        if (model.isEmpty() && template.isEmpty()) {
            throw CliException.usage("MODEL or --template is missing");
        }
        Json.Obj variables =
                Json.parseObject(messages.equals("-") ? "standard input" : messages, Words.bytes(messages, streams));
        Optional<ChatTemplate> alone = template.map(file -> ChatTemplate.parse(file, Words.text(file, streams)));
        String prompt = model.isEmpty()
                ? atTime(alone.orElseThrow()).render(variables)
                : ofModel(model.get(), alone, variables);
        streams.out().print(streams.shown(prompt));
        return Main.DONE;
    }

    private String ofModel(String name, Optional<ChatTemplate> instead, Json.Obj variables) {
        try (ModelSource source = ModelSource.open(hub.locate(name, streams))) {
            ChatTemplate chosen = instead.or(() -> ChatTemplate.of(source))
                    .orElseThrow(() -> CliException.failed(
                            name + ": has no chat template (--template FILE gives one; wok run --raw needs none)"));
            Map<String, Json> all =
                    new LinkedHashMap<>(Tokenizer.of(source).templateVariables().members());
            all.putAll(variables.members());
            return atTime(chosen).render(new Json.Obj(all));
        }
    }

    private ChatTemplate atTime(ChatTemplate chosen) {
        ZoneId zone = ZoneId.systemDefault();
        return now.map(time -> chosen.withClock(Clock.fixed(time.atZone(zone).toInstant(), zone)))
                .orElse(chosen);
    }
}
