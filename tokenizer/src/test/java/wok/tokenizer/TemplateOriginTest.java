package wok.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import wok.formats.Json;

/** Where each character of a prompt comes from, and which of a model's templates is taken. */
class TemplateOriginTest {
    private static final Json.Obj CONTEXT = Json.object(
            "bos_token",
            Json.of("<s>"),
            "p",
            Json.of("<PeoPle>"),
            "list",
            Json.array(List.of(Json.of("p1"), Json.of("p\"2"))),
            "obj",
            Json.object("pk", Json.of("pv")));

    /** The prompt with people's characters replaced by '_'. */
    private static String masked(String template) {
        RenderedPrompt prompt = ChatTemplate.parse("t", template).renderTagged(CONTEXT);
        StringBuilder masked = new StringBuilder();
        for (RenderedPrompt.Segment segment : prompt.segments()) {
            String text = prompt.text().substring(segment.start(), segment.end());
            masked.append(segment.trusted() ? text : "_".repeat(text.length()));
        }
        return masked.toString();
    }

    @ParameterizedTest
    @CsvSource(delimiter = ';', textBlock = """
            a{{ p }}b{{ bos_token }} ; a________b<s>
            {{ 'x' + p + 'y' }} ; x________y
            {{ ('x' ~ p ~ 'y')[1:-1] }} ; ________
            {{ ('x' ~ p ~ 'y')[::-1] }} ; y________x
            {{ ('xx' ~ p ~ 'yy').strip('xy') }} ; ________
            {{ ('<' ~ p ~ '>')|upper }} ; <________>
            {{ p|replace('PeoPle', 'im_start') }} ; _im_start_
            {{ 'a-b'|replace('-', p) }} ; a________b
            {{ p.split('o')|join('+') }} ; ___+____
            {{ list|join(bos_token) }} ; __<s>___
            {{ list }} ; ['__', '___']
            {{ obj|tojson }} ; {"__": "__"}
            {{ list|tojson }} ; ["__", "____"]
            {{ '%s!' % p }} ; ________!
            {{ 'a{}b'.format(p) }} ; a________b
            {{ '%c' % 65 }} ; _
            {{ p.format(1) }} ; ________
            {{ obj.keys()|first }} ; __
            {% set v %}[{{ p }}]{% endset %}{{ v|indent(1, true) }} ; ' [________]'
            {% macro m(x) %}<{{ x }}>{% endmacro %}{{ m(p)|length }}{{ m(p) }} ; 10<________>
            {% for c in 'a' ~ p %}{{ c }}{% endfor %} ; a________
            {{ p|e }} ; ______________
            {{ (p ~ 'ß')|upper }} ; ________SS
            {{ p|length }}{{ p == '<PeoPle>' }} ; 8True
            """)
    void keepsOrigins(String template, String expected) {
        assertThat(masked(template)).isEqualTo(expected);
    }

    @Test
    void takesTheTemplateForToolsWhenToolsAreGiven() {
        ChatTemplate template = ChatTemplate.parse("m", Map.of("default", "d", "tool_use", "t", "rag", "r"));
        Json.Obj tools = Json.object("tools", Json.array(List.of(Json.of("x"))));
        assertThat(template.render(Json.Obj.of())).isEqualTo("d");
        assertThat(template.render(tools)).isEqualTo("t");
        assertThat(template.render(Json.object("tools", Json.NULL))).isEqualTo("d");
    }

    @Test
    void readsOneTemplateOrAListOfThem() {
        Json.Obj one = Json.object("chat_template", Json.of("x"));
        Json.Obj two = Json.object(
                "chat_template",
                Json.array(List.of(
                        Json.object("name", Json.of("default"), "template", Json.of("d")),
                        Json.object("name", Json.of("tool_use"), "template", Json.of("t")))));
        assertThat(ChatTemplateSource.field(one)).isEqualTo(Optional.of(Map.of("default", "x")));
        assertThat(ChatTemplateSource.field(two)).isEqualTo(Optional.of(Map.of("default", "d", "tool_use", "t")));
        assertThat(ChatTemplateSource.field(Json.Obj.of())).isEmpty();
    }

    @Test
    void keepsBigNumbersAndFloatsOfVariables() {
        Json.Obj numbers = Json.object(
                "a", new Json.Num("123456789012345678901"), "b", new Json.Num("1.0"), "c", new Json.Num("1e3"));
        assertThat(ChatTemplate.parse("t", "{{ a }} {{ b }} {{ c }} {{ a|tojson }}")
                        .render(numbers))
                .isEqualTo("123456789012345678901 1.0 1000.0 123456789012345678901");
    }
}
