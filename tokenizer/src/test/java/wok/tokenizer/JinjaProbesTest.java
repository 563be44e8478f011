package wok.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import wok.formats.Json;

/** Templates of our own and what Python's Jinja2 3.1.6 makes of them; made by src/test/python/make_jinja_probes.py. */
class JinjaProbesTest {
    private static Json.Obj resource(String name) throws IOException {
        try (InputStream in = Objects.requireNonNull(JinjaProbesTest.class.getResourceAsStream(name), name)) {
            return Json.parseObject(name, in.readAllBytes());
        }
    }

    @TestFactory
    List<DynamicTest> rendersOrRefusesAsPythonDoes() throws IOException {
        Json.Obj file = resource("jinja-probes.json");
        List<DynamicTest> tests = new ArrayList<>();
        for (Json element : file.array("probes").orElseThrow().elements()) {
            Json.Obj probe = (Json.Obj) element;
            String template = probe.text("template").orElseThrow();
            tests.add(DynamicTest.dynamicTest(
                    template.strip(), () -> check(probe, file.object("context").orElseThrow())));
        }
        assertThat(tests).hasSizeGreaterThan(400);
        return tests;
    }

    private static void check(Json.Obj probe, Json.Obj context) {
        String template = probe.text("template").orElseThrow();
        String expected = probe.text("expected").orElseThrow();
        if (probe.bool("ok").orElseThrow()) {
            assertThat(TemplateGoldens.parse("probe", template).render(context)).isEqualTo(expected);
        } else {
            assertThat(TemplateGoldens.failure(template, context).getMessage())
                    .as("Python: " + expected)
                    .isNotBlank();
        }
        if (!probe.bool("compiles").orElseThrow()) {
            assertThatThrownBy(() -> ChatTemplate.parse("probe", template))
                    .as("Python: " + expected)
                    .isInstanceOf(TemplateException.class);
        }
    }

    @TestFactory
    List<DynamicTest> rendersFamiliesAsPythonDoes() throws IOException {
        Json.Obj file = resource("chat-templates.json");
        List<DynamicTest> tests = new ArrayList<>();
        for (Json element : file.array("cases").orElseThrow().elements()) {
            Json.Obj c = (Json.Obj) element;
            String family = c.text("template").orElseThrow();
            String source = file.object("templates").orElseThrow().text(family).orElseThrow();
            Json.Obj context = file.object("contexts")
                    .orElseThrow()
                    .object(c.text("context").orElseThrow())
                    .orElseThrow();
            tests.add(DynamicTest.dynamicTest(family + ", " + c.text("context").orElseThrow(), () -> {
                if (c.bool("ok").orElseThrow()) {
                    RenderedPrompt prompt =
                            TemplateGoldens.parse(family, source).renderTagged(context);
                    assertThat(prompt.text()).isEqualTo(c.text("expected").orElseThrow());
                } else {
                    assertThat(TemplateGoldens.failure(source, context).getMessage())
                            .isNotBlank();
                }
            }));
        }
        assertThat(tests).hasSizeGreaterThan(20);
        return tests;
    }
}
