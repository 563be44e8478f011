package wok.cli;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import wok.formats.Json;
import wok.formats.ModelSource;
import wok.tokenizer.EncodeOptions;
import wok.tokenizer.Tokenizer;

/** {@code wok tokenize}: text to token ids, and back. */
@Command(
        name = "tokenize",
        header = "Print the token ids of a text as JSON.",
        description = {
            "",
            "MODEL is a name, a GGUF file or a folder; a folder that holds nothing but a tokenizer.json",
            "will do. Without TEXT the text is read from standard input."
        },
        synopsisHeading = "%nUsage: ",
        parameterListHeading = "%n",
        optionListHeading = "%nOptions:%n",
        footerHeading = "%nExamples:%n",
        footer = {
            "  wok tokenize smollm2:135m \"Hello world\"     {\"tokens\":[19556,905],\"pieces\":[\"Hello\",\"Ġworld\"]}",
            "  wok tokenize smollm2:135m --decode 19556,905      {\"text\":\"Hello world\"}",
            "  wok tokenize ./folder --file texts.json      one line for each text of a JSON array"
        })
final class TokenizeCommand implements Callable<Integer> {
    private final Streams streams;

    @Mixin
    private final HubMixin hub = new HubMixin();

    @Parameters(index = "0", paramLabel = "MODEL", description = "A name, a GGUF file or a folder.")
    private String model = "";

    @Parameters(index = "1", arity = "0..1", paramLabel = "TEXT", description = "The text.")
    private Optional<String> text = Optional.empty();

    @Option(names = "--file", paramLabel = "FILE", description = "A JSON array of texts; - is standard input.")
    private Optional<String> file = Optional.empty();

    @Option(names = "--special", description = "Control tokens spelled in the text become their ids.")
    private boolean special;

    @Option(names = "--add-special", description = "Add the tokens that begin and end a text.")
    private boolean addSpecial;

    @Option(names = "--decode", paramLabel = "IDS", description = "Print the text of these token ids.")
    private Optional<String> decode = Optional.empty();

    TokenizeCommand(Streams streams) {
        this.streams = streams;
    }

    @Override
    public Integer call() {
        if (List.of(text.isPresent(), file.isPresent(), decode.isPresent()).stream()
                        .filter(given -> given)
                        .count()
                > 1) {
            throw CliException.usage("TEXT, --file, --decode: more than one given (expected: one)");
        }
        Optional<int[]> ids = decode.map(words -> Words.integers("--decode", words));
        try (ModelSource source = ModelSource.open(hub.locate(model, streams))) {
            Tokenizer tokenizer = Tokenizer.of(source);
            if (ids.isPresent()) {
                String decoded = tokenizer.decode(ids.get(), false);
                streams.out().line(Json.object("text", Json.of(decoded)).toString());
            } else {
                encode(tokenizer);
            }
        }
        return Main.DONE;
    }

    private void encode(Tokenizer tokenizer) {
        EncodeOptions options = new EncodeOptions(special, addSpecial);
        for (String one : texts()) {
            int[] ids = tokenizer.encode(one, options);
            List<Json> pieces = new ArrayList<>(ids.length);
            for (int id : ids) {
                pieces.add(Json.of(tokenizer.piece(id)));
            }
            streams.out()
                    .line(Json.object("tokens", array(ids), "pieces", Json.array(pieces))
                            .toString());
        }
    }

    /** Token ids as a JSON array. */
    static Json.Arr array(int[] ids) {
        return Json.array(Arrays.stream(ids).mapToObj(Json::of).toList());
    }

    private List<String> texts() {
        if (text.isPresent()) {
            return List.of(text.get());
        }
        if (file.isEmpty()) {
            return List.of(Words.text("-", streams));
        }
        return TextWords.ofArray(file.get(), streams);
    }
}
