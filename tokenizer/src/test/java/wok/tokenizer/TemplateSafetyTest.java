package wok.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import wok.formats.Json;

/** Hostile templates: each ends in a TemplateException, soon, on a small stack. */
class TemplateSafetyTest {
    private static final int FUZZED = 20_000;
    private static final long SMALL_STACK_BYTES = 512 << 10;
    private static final JinjaLimits TIGHT = new JinjaLimits(20_000, 1 << 16, 1 << 18, 20_000, 200);

    private static final Json.Obj CONTEXT = Json.object(
            "messages",
            Json.array(List.of(Json.object("role", Json.of("user"), "content", Json.of("Hello {{ 7*7 }} <|im_end|>")))),
            "xs",
            Json.array(List.of(Json.of(1), Json.of(2.5), Json.NULL, Json.of("a"))),
            "d",
            Json.object("a", Json.of(1), "k", Json.object("z", Json.of("q"))));

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{% for i in range(10**9) %}x{% endfor %}",
                "{{ 'a' * 10**9 }}",
                "{{ 'a' * 10**30 }}",
                "{{ [0] * 10**9 }}",
                "{{ 9**(9**9) }}",
                "{{ 9**99999 * 9**99999 }}",
                "{{ 'a'|indent(10**9) }}",
                "{{ 'a\\nb'|indent(10**9) }}",
                "{{ 'a'.center(10**9) }}",
                "{{ 'a'|center(10**9) }}",
                "{{ 'a'.ljust(10**9) }}",
                "{{ '1'.zfill(10**9) }}",
                "{{ '\\t'.expandtabs(10**9) }}",
                "{{ '{:>999999999}'.format(1) }}",
                "{{ '%999999999d' % 1 }}",
                "{{ '%.999999999f' % 1.5 }}",
                "{{ 1.5|round(10**9) ~ 'a' * 10**9 }}",
                "{{ [1]|tojson(indent=10**9) }}",
                "{{ [1]|batch(10**9, 0)|list }}",
                "{{ [1]|slice(10**9)|list }}",
                "{% set ns = namespace(l=[1]) %}{% for i in range(99) %}{% set ns.l = [ns.l, ns.l] %}{% endfor %}{{ ns.l }}",
                "{% set ns = namespace(l=[1]) %}{% for i in range(99) %}{% set ns.l = [ns.l, ns.l] %}{% endfor %}{{ ns.l|tojson }}",
                "{% set ns = namespace(l=[1]) %}{% for i in range(99) %}{% set ns.l = ns.l + ns.l %}{% endfor %}",
                "{% set ns = namespace(s='a') %}{% for i in range(99) %}{% set ns.s = ns.s ~ ns.s %}{% endfor %}",
                "{% set ns = namespace(l=[]) %}{% for i in range(99999) %}{% set ns.l = [ns.l] %}{% endfor %}{{ ns.l }}",
                "{% set ns = namespace(l=[], m=[]) %}{% for i in range(9999) %}{% set ns.l = [ns.l] %}{% set ns.m = [ns.m] %}{% endfor %}{{ ns.l == ns.m }}",
                "{% set ns = namespace(l=()) %}{% for i in range(9999) %}{% set ns.l = (ns.l,) %}{% endfor %}{{ {ns.l: 1} }}",
                "{% set ns = namespace(g=[1]) %}{% for i in range(9999) %}{% set ns.g = ns.g|map('string') %}{% endfor %}{{ ns.g|list }}",
                "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
                "{% macro a() %}{{ b() }}{% endmacro %}{% macro b() %}{{ a() }}{% endmacro %}{{ a() }}",
                "{% for x in [1] recursive %}{{ loop([1]) }}{% endfor %}",
                "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}",
                "{% for a in range(99999) %}{% set x = 'a' * 9999999 %}{% endfor %}",
                "{% for a in range(99999) %}{{ 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa' * 99 }}{% endfor %}"
            })
    void refusesWhatHasNoEnd(String template) {
        AtomicReference<TemplateException> found = new AtomicReference<>();
        Assertions.assertTimeout(Duration.ofSeconds(8), () -> found.set(onSmallStack(template, JinjaLimits.DEFAULT)));
        assertThat(found.get()).as(template).isNotNull();
    }

    @Test
    void refusesSourcesThatNestTooDeeply() {
        for (String open :
                List.of("(", "[", "{'a':", "-", "not ", "x[", "f(", "1+", "1 if 1 else ", "x|f(", "a.b", "a|b")) {
            String template = "{{ " + open.repeat(100_000) + " }}";
            assertThat(onSmallStack(template, JinjaLimits.DEFAULT)).as(open).isNotNull();
        }
        assertThat(onSmallStack("{% if 1 %}".repeat(50_000), JinjaLimits.DEFAULT))
                .isNotNull();
        assertThat(onSmallStack("{{ x" + ".a".repeat(50_000) + " }}", JinjaLimits.DEFAULT))
                .isNotNull();
        assertThat(onSmallStack("{% set " + "(".repeat(50_000), JinjaLimits.DEFAULT))
                .isNotNull();
        assertThat(onSmallStack("a".repeat(JinjaLimits.SOURCE_MAX + 1), JinjaLimits.DEFAULT))
                .isNotNull();
    }

    @Test
    void rendersWhatNestsAsDeepAsAllowedOnASmallStack() {
        int depth = JinjaLimits.NESTING_MAX / 3 - 2;
        String parentheses = "{{ " + "(".repeat(depth) + "1" + ")".repeat(depth) + " }}";
        assertThat(onSmallStack(parentheses, JinjaLimits.DEFAULT)).isNull();
        assertThat(onSmallStack(
                        "{% macro m(n) %}{% if n %}{{ m(n - 1) }}{% endif %}{% endmacro %}{{ m(60) }}",
                        JinjaLimits.DEFAULT))
                .isNull();
    }

    @Test
    void endsEveryMutatedTemplateInTextOrAnException() {
        Random random = new Random(20260101);
        List<String> seeds = new ArrayList<>(
                List.of(
                        "{% for m in messages %}{{ m.role + ':' + m['content']|trim|tojson(indent=2) }}{% if not loop.last %},{% else %}!{% endif %}{% endfor %}",
                        "{% macro f(a, b=2) %}{{ a ~ b }}{{ caller() if caller }}{{ varargs }}{% endmacro %}{% call f(1) %}x{% endcall %}{{ f(*xs) }}",
                        "{% set ns = namespace(a=[]) %}{% for x in xs recursive %}{% set ns.a = ns.a + [x] %}{{ loop.index * 7 // 2 % 3 ** 2 }}{% break %}{% endfor %}{{ ns.a[::-1] }}",
                        "{%- set v | upper -%} {{ d.items()|list }} {{- 'a%s' % xs -}} {% endset %}{{ v[1:-1:2].split('A', 1)|join('-') }}{# c #}{% raw %}{{{% endraw %}",
                        "{% filter indent(3) %}{{ '{:>5}{x}'.format(1, x=xs) }}{% endfilter %}{{ xs|map('string')|select('in', 'a1')|list is iterable }}",
                        "{{ d|dictsort|map(attribute=0)|sort(reverse=true)|batch(2, 'f')|list }}{{ {1: 2.5e3, 'a': (1,)}.get(1) is divisibleby 2 }}"));
        String[] pieces = {
            "{{",
            "}}",
            "{%",
            "%}",
            "-",
            "(",
            ")",
            "[",
            "]",
            "|",
            ".",
            "'",
            "\"",
            "\\",
            " if ",
            " else ",
            " for ",
            " in ",
            "loop",
            "xs",
            "d",
            "messages",
            "*",
            "**",
            "%",
            "~",
            "9",
            "1e9",
            "range",
            "none",
            " is ",
            "not ",
            "endfor",
            "{#",
            "#}",
            "\n",
            "é",
            "😀",
            "tojson",
            "replace",
            "format",
            ":",
            ",",
            "="
        };
        Assertions.assertTimeout(Duration.ofSeconds(60), () -> {
            for (int i = 0; i < FUZZED; i++) {
                StringBuilder template = new StringBuilder(seeds.get(random.nextInt(seeds.size())));
                for (int n = 1 + random.nextInt(4); n > 0; n--) {
                    mutate(template, pieces[random.nextInt(pieces.length)], random);
                }
                render(template.toString(), TIGHT);
            }
        });
    }

    private static void mutate(StringBuilder template, String piece, Random random) {
        int from = random.nextInt(template.length() + 1);
        int to = Math.min(template.length(), from + random.nextInt(6));
        switch (random.nextInt(3)) {
            case 0 -> template.insert(from, piece);
            case 1 -> template.replace(from, to, piece);
            default -> template.insert(from, template.substring(from, to));
        }
    }

    /** The refusal, or null where the template renders; anything else is a failure of the test. */
    private static @org.jspecify.annotations.Nullable TemplateException render(String template, JinjaLimits limits) {
        try {
            RenderedPrompt prompt =
                    ChatTemplate.parse("fuzz", template).withLimits(limits).renderTagged(CONTEXT);
            assertThat(prompt.text()).isNotNull();
            return null;
        } catch (TemplateException refusal) {
            return refusal;
        } catch (RuntimeException | StackOverflowError | OutOfMemoryError e) {
            throw new AssertionError(template.substring(0, Math.min(500, template.length())), e);
        }
    }

    private static @org.jspecify.annotations.Nullable TemplateException onSmallStack(
            String template, JinjaLimits limits) {
        AtomicReference<@org.jspecify.annotations.Nullable TemplateException> refusal = new AtomicReference<>();
        AtomicReference<@org.jspecify.annotations.Nullable Throwable> failure = new AtomicReference<>();
        Thread thread = new Thread(null, () -> refusal.set(render(template, limits)), "small", SMALL_STACK_BYTES);
        thread.setUncaughtExceptionHandler((t, e) -> failure.set(e));
        thread.start();
        try {
            thread.join();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
        assertThat(failure.get()).isNull();
        return refusal.get();
    }

    @Test
    void neverEvaluatesWhatMessagesSay() {
        String template = "{{ messages[0].content }}|{{ messages[0].content|upper }}";
        assertThat(ChatTemplate.parse("t", template).render(CONTEXT))
                .isEqualTo("Hello {{ 7*7 }} <|im_end|>|HELLO {{ 7*7 }} <|IM_END|>");
    }

    @Test
    void namesTemplateAndLine() {
        assertThatThrownBy(() -> ChatTemplate.parse("qwen", "a\nb\n{% nosuch %}"))
                .isInstanceOf(TemplateException.class)
                .hasMessage("template qwen, line 3: unknown tag 'nosuch'");
        assertThatThrownBy(
                        () -> ChatTemplate.parse("qwen", "a\n\n{{ 1 + none }}").render(CONTEXT))
                .hasMessage("template qwen, line 3: unsupported operand type(s) for +: 'int' and 'NoneType'");
    }

    @Test
    void tellsWhatTheTemplateItselfRefused() {
        TemplateException refusal = TemplateGoldens.failure("{{ raise_exception('no ' ~ d.a) }}", CONTEXT);
        assertThat(refusal.raisedByTemplate()).isTrue();
        assertThat(refusal).hasMessage("no 1");
        assertThat(TemplateGoldens.failure("{{ nope.x }}", CONTEXT).raisedByTemplate())
                .isFalse();
    }

    @Test
    void refusesAConversationWithoutMessages() {
        Json.Obj empty = Json.object("messages", Json.array(List.of()));
        assertThat(TemplateGoldens.failure("x", empty)).hasMessage("messages: [] (expected: at least one message)");
    }
}
