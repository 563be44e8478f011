package wok.formats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class JsonTest {
    private static Json parse(String text) {
        return Json.parse("text", text);
    }

    private static void rejects(byte[] text) {
        assertThatThrownBy(() -> Json.parse("text", text))
                .isInstanceOf(MalformedModelException.class)
                .hasMessageStartingWith("text at byte ");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "null",
                "true",
                "false",
                "0",
                "-0",
                "1",
                "-12",
                "1.5",
                "-0.0",
                "1e5",
                "1E+5",
                "1e-5",
                "0e0",
                "0.1E10",
                "123456789012345678901234567890",
                "\"\"",
                "\"a\"",
                "\"\\\"\\\\\\n\\r\\t\"",
                "[]",
                "{}",
                "[[]]",
                "[1,[2,{}],null]",
                "{\"\":0}",
                "{\"a\":{\"a\":1}}",
                "\"é日🙂\"",
                "\"\u007f\u2028\"",
                "\"\\u0000\"",
                "\"\\ud800\"",
                "\"\\udc00\\ud800\""
            })
    void writesWhatItReads(String text) {
        assertThat(parse(text)).hasToString(text);
    }

    @Test
    void readsOtherSpellings() {
        assertThat(parse(" [ 1 , 2 ] ")).hasToString("[1,2]");
        assertThat(parse("\t{\"a\" :\n1\r} ")).hasToString("{\"a\":1}");
        assertThat(parse("\"\\u0041\\u00e9\\uD83D\\uDE42\"")).hasToString("\"Aé🙂\"");
        assertThat(parse("\"\\/\\b\\f\\u001F\"")).hasToString("\"/\\u0008\\u000c\\u001f\"");
        assertThat(parse("\"\\uAbCd\"")).isEqualTo(Json.of("\uabcd"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "nul",
                "nulll",
                "True",
                "NaN",
                "Infinity",
                "-Infinity",
                "undefined",
                "'a'",
                "+1",
                "01",
                "-01",
                "00",
                ".5",
                "1.",
                "-",
                "-.5",
                "1e",
                "1e+",
                "1.e5",
                "0x10",
                "1_000",
                "1 2",
                "--1",
                "1,",
                "\u0661",
                "\uff11",
                "\"",
                "\"a",
                "\"\\",
                "\"\\a\"",
                "\"\\u\"",
                "\"\\u12\"",
                "\"\\u12G4\"",
                "\"\\u 123\"",
                "\"\\U0041\"",
                "\"\\x41\"",
                "\"\\u+123\"",
                "\"\n\"",
                "\"\t\"",
                "\"\u0000\"",
                "\"\u001f\"",
                "[",
                "]",
                "[1",
                "[1,",
                "[,1]",
                "[1,]",
                "[1 2]",
                "[1;2]",
                "[1}",
                "[[]",
                "[]]",
                "[\"a\",\n4\n,1,",
                "[1:2]",
                "{",
                "}",
                "{\"a\"",
                "{\"a\":",
                "{\"a\":1",
                "{\"a\":1,",
                "{\"a\":1,}",
                "{,}",
                "{1:1}",
                "{a:1}",
                "{\"a\" 1}",
                "{\"a\":1 \"b\":2}",
                "{\"a\":1]",
                "{\"a\"::1}",
                "{null:1}",
                "{} {}",
                "[1]x",
                "// c\n1",
                "/* c */ 1",
                "1 // c",
                "\ufeff1",
                "\u00a01",
                "\u000b1",
                "\f1",
                "tru\u0000",
                "1\u0000"
            })
    void rejectsWhatIsNotJson(String text) {
        rejects(text.getBytes(StandardCharsets.UTF_8));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"80", "ff", "c3", "c328", "c080", "e282", "eda080", "f0808080", "f4908080", "f8888080", "fe"})
    void rejectsMalformedUtf8WhereItStands(String hex) {
        byte[] broken = java.util.HexFormat.of().parseHex(hex);
        byte[] text = ("\"ab" + "?".repeat(broken.length) + "\"").getBytes(StandardCharsets.ISO_8859_1);
        System.arraycopy(broken, 0, text, 3, broken.length);
        assertThatThrownBy(() -> Json.parse("text", text))
                .isInstanceOf(MalformedModelException.class)
                .hasMessageContaining("at byte 3: string: found malformed UTF-8");
    }

    @Test
    void rejectsKeysTwiceHoweverTheyAreSpelt() {
        assertThatThrownBy(() -> parse("{\"a\":1,\"b\":2,\"\\u0061\":3}"))
                .hasMessage("text at byte 13: key: found \"a\" again (expected: each key once in an object)");
        assertThatThrownBy(() -> parse("{\"a\":null,\"a\":null}")).hasMessageContaining("again");
        assertThat(parse("[{\"a\":1},{\"a\":{\"a\":2}}]")).isNotNull();
    }

    @Test
    void saysWhereAndWhat() {
        assertThatThrownBy(() -> parse("{\"a\": [1, x]}"))
                .hasMessage("text at byte 10: value: found 'x' (expected: a JSON value)");
        assertThatThrownBy(() -> parse("[1")).hasMessage("text at byte 2: list: found the end (expected: ',' or ']')");
        assertThatThrownBy(() -> parse("[]\u0007"))
                .hasMessage("text at byte 2: text behind the value: found byte 0x7 (expected: the end)");
    }

    @Test
    void rejectsLoneSurrogatesInDecodedText() {
        assertThatThrownBy(() -> parse("\"\ud800\""))
                .isInstanceOf(MalformedModelException.class)
                .hasMessageContaining("a lone surrogate");
    }

    @Test
    void nestsToTheLimitAndNoDeeper() {
        int max = JsonParser.DEPTH_MAX;
        assertThat(parse("[".repeat(max) + "]".repeat(max))).isNotNull();
        assertThatThrownBy(() -> parse("[".repeat(max + 1) + "]".repeat(max + 1)))
                .hasMessageContaining("nesting: found more than 256 levels");
        assertThatThrownBy(() -> parse("[".repeat(10_000_000))).hasMessageContaining("nesting");
        assertThatThrownBy(() -> parse("{\"a\":".repeat(1_000_000))).hasMessageContaining("nesting");
        String wide = "[[],[],{}]";
        assertThat(parse("[" + (wide + ",").repeat(1000) + wide + "]")).isNotNull();
    }

    @Test
    void boundsTheNumberOfValues() {
        String many = "[" + "0,".repeat(JsonParser.VALUES_MAX - 2) + "0]";
        assertThat(((Json.Arr) parse(many)).elements()).hasSize(JsonParser.VALUES_MAX - 1);
        assertThatThrownBy(() -> parse("[" + "0,".repeat(JsonParser.VALUES_MAX) + "0]"))
                .isInstanceOf(MalformedModelException.class)
                .hasMessageContaining("more than 4194304 values");
    }

    @Test
    void rejectsStringsThatAreTooLong() {
        byte[] text = new byte[JsonParser.STRING_BYTES_MAX + 3];
        java.util.Arrays.fill(text, (byte) 'x');
        text[0] = '"';
        text[text.length - 1] = '"';
        assertThatThrownBy(() -> Json.parse("text", text))
                .isInstanceOf(MalformedModelException.class)
                .hasMessageContaining("string: found more than 67108864 bytes");
        text[1] = '\\';
        text[2] = 'n';
        assertThat(Json.parse("text", text)).isInstanceOf(Json.Str.class);
    }

    @Test
    void keysThatCollideDoNotMakeItSlow() {
        // "Aa" and "BB" have the same hash code, so do all strings made of them.
        List<String> keys = new ArrayList<>(List.of(""));
        for (int i = 0; i < 15; i++) {
            keys = keys.stream()
                    .flatMap(key -> java.util.stream.Stream.of(key + "Aa", key + "BB"))
                    .toList();
        }
        String text = "{\"" + String.join("\":0,\"", keys) + "\":0}";
        Assertions.assertTimeout(Duration.ofSeconds(20), () -> parse(text));
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0",
        "-0, 0",
        "1e3, 1000",
        "1.50e1, 15",
        "9223372036854775807, 9223372036854775807",
        "0e999999999, 0",
        "-9223372036854775808, -9223372036854775808",
        "10e-1, 1",
        "1000000000000000000000e-20, 10"
    })
    void wholeNumbersAreLongs(String literal, long value) {
        assertThat(((Json.Num) parse(literal)).longValue()).isEqualTo(value);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "1.5",
                "1e-1",
                "9223372036854775808",
                "1e19",
                "1e999999999",
                "1e2147483647",
                "1e2147483648",
                "1e99999999999999",
                "-1e999999999",
                "1e-999999999",
                "1e-2147483647",
                "1e-2147483648",
                "1e-99999999999999",
                "123e-2147483647"
            })
    void numbersThatAreNoLongsAreRefusedAtOnce(String literal) {
        Json.Num number = (Json.Num) parse(literal);
        Assertions.assertTimeout(
                Duration.ofSeconds(10),
                () -> assertThatThrownBy(number::longValue).isInstanceOf(ArithmeticException.class));
        assertThat(number).hasToString(literal);
        assertThat(number.doubleValue()).isNotNaN();
    }

    @Test
    void rejectsNumbersThatAreTooLong() {
        assertThat(parse("1".repeat(400))).hasToString("1".repeat(400));
        assertThatThrownBy(() -> parse("1".repeat(401))).hasMessageContaining("number: found 401 characters");
    }

    @Test
    void intsAreCheckedToo() {
        assertThat(((Json.Num) parse("2147483647")).intValue()).isEqualTo(Integer.MAX_VALUE);
        assertThatThrownBy(() -> ((Json.Num) parse("2147483648")).intValue()).isInstanceOf(ArithmeticException.class);
    }

    @Test
    void floatsAreWrittenShortAndReadBackTheSame() {
        for (float value : new float[] {0f, -0f, 1e-5f, 3.4028235e38f, 1.4e-45f, 0.1f, 1e10f}) {
            Json.Num number = (Json.Num) parse(Json.of(value).toString());
            assertThat(Float.parseFloat(number.literal())).isEqualTo(value);
            assertThat((float) number.doubleValue()).isEqualTo(value);
        }
        assertThatThrownBy(() -> Json.of(Double.NaN)).hasMessage("value: NaN (expected: a finite number)");
        assertThatThrownBy(() -> Json.of(Float.POSITIVE_INFINITY)).hasMessageContaining("Infinity");
    }

    @Test
    void accessorsGiveAMemberOnlyIfItIsOfTheType() {
        Json.Obj object = Json.parseObject(
                "text",
                "{\"s\":\"x\",\"n\":1,\"b\":true,\"o\":{},\"a\":[],\"z\":null}".getBytes(StandardCharsets.UTF_8));
        assertThat(object.text("s")).contains("x");
        assertThat(object.text("n")).isEmpty();
        assertThat(object.number("n")).contains(Json.of(1));
        assertThat(object.bool("b")).contains(true);
        assertThat(object.object("o")).contains(Json.Obj.of());
        assertThat(object.array("a")).isPresent();
        assertThat(object.get("z")).isEmpty();
        assertThat(object.has("z")).isTrue();
        assertThat(object.has("y")).isFalse();
        assertThat(object.with("y", Json.NULL).has("y")).isTrue();
        assertThat(object.members().keySet()).containsExactly("s", "n", "b", "o", "a", "z");
        assertThatThrownBy(() -> object.members().clear()).isInstanceOf(UnsupportedOperationException.class);
        assertThatThrownBy(() -> Json.parseObject("text", "[]".getBytes(StandardCharsets.UTF_8)))
                .isInstanceOf(MalformedModelException.class)
                .hasMessageContaining("an object");
    }

    /** 20 000 random values: written and read they are equal; with one byte changed they parse or are refused. */
    @Test
    void randomValuesSurviveTheRoundTripAndMutantsDoNoHarm() {
        SplittableRandom random = new SplittableRandom(11);
        for (int i = 0; i < 20_000; i++) {
            Json value = value(random, 4);
            byte[] text = value.toString().getBytes(StandardCharsets.UTF_8);
            assertThat(Json.parse("text", text)).isEqualTo(value);
            text[random.nextInt(text.length)] = (byte) random.nextInt(256);
            try {
                Json mutant = Json.parse("text", text);
                assertThat(parse(mutant.toString())).isEqualTo(mutant);
            } catch (MalformedModelException expected) {
                assertThat(expected.getMessage()).startsWith("text at byte ");
            }
        }
    }

    private static Json value(SplittableRandom random, int depth) {
        return switch (random.nextInt(depth > 0 ? 8 : 5)) {
            case 0 -> Json.NULL;
            case 1 -> Json.of(random.nextBoolean());
            case 2 -> Json.of(random.nextLong() >> random.nextInt(64));
            case 3 -> Json.of(random.nextDouble(-1e6, 1e6));
            case 4 -> Json.of(text(random));
            case 5, 6 -> {
                List<Json> elements = new ArrayList<>();
                for (int i = random.nextInt(5); i > 0; i--) {
                    elements.add(value(random, depth - 1));
                }
                yield Json.array(elements);
            }
            default -> {
                Json.Obj object = Json.Obj.of();
                for (int i = random.nextInt(5); i > 0; i--) {
                    object = object.with(text(random), value(random, depth - 1));
                }
                yield object;
            }
        };
    }

    private static String text(SplittableRandom random) {
        String alphabet = "ab\"\\/\n\t\u0000\u001f\u007fé日\ud83d\ude42\ud800 ";
        StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(6); i > 0; i--) {
            text.append(alphabet.charAt(random.nextInt(alphabet.length())));
        }
        return text.toString();
    }
}
