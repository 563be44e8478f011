package wok.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import wok.testkit.TinyFamily;
import wok.testkit.TinyModel;

/** Every example runs, on a tiny random model. */
@Timeout(120)
final class ExamplesTest {
    @TempDir
    private static Path folder;

    private static String model;

    @BeforeAll
    static void writeModel() {
        model = TinyModel.of(TinyFamily.LLAMA)
                .writeGguf(folder.resolve("tiny.gguf"))
                .toString();
    }

    @FunctionalInterface
    private interface Program {
        void main(String[] arguments) throws Exception;
    }

    private static String output(Program program, String... arguments) throws Exception {
        PrintStream before = System.out;
        ByteArrayOutputStream captured = new ByteArrayOutputStream();
        System.setOut(new PrintStream(captured, true, StandardCharsets.UTF_8));
        try {
            program.main(arguments);
        } finally {
            System.setOut(before);
        }
        return captured.toString(StandardCharsets.UTF_8);
    }

    @Test
    void helloAnswers() throws Exception {
        assertThat(output(Hello::main, model)).isNotBlank();
    }

    @Test
    void conversationRemembersEachLine() throws Exception {
        InputStream before = System.in;
        System.setIn(new ByteArrayInputStream("one\n".getBytes(StandardCharsets.UTF_8)));
        try {
            assertThat(output(Conversation::main, model)).contains(" tokens)").contains("messages: 3");
        } finally {
            System.setIn(before);
        }
    }

    @Test
    void completionContinuesTheText() throws Exception {
        assertThat(output(Completion::main, model, "Once upon")).startsWith("Once upon");
    }

    @Test
    void logProbabilitiesShowsAlternatives() throws Exception {
        assertThat(output(LogProbabilities::main, model).lines().findFirst().orElseThrow())
                .matches(" *\\d+\\.\\d %  \".*\"(  \\| \".*\" \\d+\\.\\d %){3}");
    }

    @Test
    void cancellationEndsTheAnswer() throws Exception {
        assertThat(output(Cancellation::main, model)).containsPattern("ended: [A-Z]+ after \\d+ tokens");
    }

    @Test
    void manyThreadsAnswersAllCountries() throws Exception {
        assertThat(output(ManyThreads::main, model)).contains("France: ", "Japan: ", "India: ");
    }

    @Test
    void summariseFileCutsWhatDoesNotFit() throws Exception {
        Path file = Files.writeString(folder.resolve("long.txt"), "The lighthouse stood alone. ".repeat(200));
        assertThat(output(SummariseFile::main, model, file.toString())).isNotEmpty();
    }
}
