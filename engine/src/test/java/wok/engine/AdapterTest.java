package wok.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import wok.formats.ModelSource;
import wok.model.Adapter;
import wok.model.AdapterMix;
import wok.model.ModelOptions;
import wok.model.Transformer;
import wok.testkit.TinyAdapter;
import wok.testkit.TinyFamily;
import wok.testkit.TinyModel;
import wok.tokenizer.Tokenizer;

/** Requests with different adapters side by side: each is answered as if it were alone, and cached prefixes stay apart. */
@Timeout(120)
class AdapterTest {
    private static final EngineOptions OPTIONS =
            EngineOptions.DEFAULTS.withContextMax(256).withBatch(48, 8).withSequences(8, 32);

    @TempDir
    private Path folder;

    @Test
    void answersDependOnTheRequestsOwnAdaptersAlone() {
        TinyModel tiny = TinyModel.of(TinyFamily.LLAMA);
        Path gguf = tiny.writeGguf(folder.resolve("tiny.gguf"));
        ModelOptions options = ModelOptions.defaults().withThreads(2);
        try (Transformer transformer = Transformer.open(ModelSource.open(gguf), options);
                Adapter one = transformer.openAdapter(new TinyAdapter(tiny, 1).write(folder.resolve("one")));
                Adapter two = transformer.openAdapter(new TinyAdapter(tiny, 2).write(folder.resolve("two")))) {
            List<GenerationRequest> requests = requests(List.of(
                    AdapterMix.none(),
                    AdapterMix.of(one),
                    AdapterMix.of(two),
                    new AdapterMix(List.of(new AdapterMix.Part(one, 1), new AdapterMix.Part(two, 0.5f)))));
            Tokenizer tokenizer = tokenizer(gguf);
            List<Answer> expected = new ArrayList<>();
            for (GenerationRequest request : requests) {
                try (Engine fresh = Engine.start(transformer, tokenizer, OPTIONS)) {
                    expected.add(Answer.of(fresh.submit(request)).withoutTimes());
                }
            }
            assertThat(expected.stream().map(Answer::ids).distinct()).hasSize(requests.size());
            try (Engine engine = Engine.start(transformer, tokenizer, OPTIONS)) {
                for (int round = 0; round < 2; round++) {
                    List<Generation> together =
                            requests.stream().map(engine::submit).toList();
                    for (int i = 0; i < requests.size(); i++) {
                        Answer answer = Answer.of(together.get(i));
                        assertThat(answer.ids()).isEqualTo(expected.get(i).ids());
                        assertThat(answer.usage().cachedPromptTokens()).isEqualTo(round == 0 ? 0 : 32);
                    }
                }
            }
        }
    }

    private static Tokenizer tokenizer(Path gguf) {
        try (ModelSource source = ModelSource.open(gguf)) {
            return Tokenizer.of(source);
        }
    }

    /** The same prompt of 40 tokens for all. */
    private static List<GenerationRequest> requests(List<AdapterMix> mixes) {
        int[] prompt = new SplittableRandom(5).ints(40, 0, 256).toArray();
        return mixes.stream()
                .map(mix -> GenerationRequest.builder(prompt)
                        .sampling(SamplingOptions.DEFAULTS.withSeed(9).withTemperature(1.2f))
                        .tokensMax(20)
                        .endOfGenerationIgnored(true)
                        .adapters(mix)
                        .build())
                .toList();
    }
}
