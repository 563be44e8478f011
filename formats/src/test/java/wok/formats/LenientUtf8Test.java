package wok.formats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LenientUtf8Test {
    @ParameterizedTest
    @ValueSource(strings = {"", "plain", "Grüße", "日本語 🙂\u0000\uffff", "e\u0301"})
    void validTextIsOrdinaryUtf8(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        assertThat(LenientUtf8.decode(bytes)).isEqualTo(text);
        assertThat(LenientUtf8.encode(text)).isEqualTo(bytes);
    }

    @Test
    void brokenBytesBecomeLoneSurrogatesOneByOne() {
        assertThat(LenientUtf8.decode(new byte[] {'a', (byte) 0xe2, (byte) 0x82, 'b', (byte) 0xff}))
                .isEqualTo("a\udce2\udc82b\udcff");
    }

    @Test
    void surrogatesEncodedAsUtf8AreBrokenBytes() {
        byte[] cesu = {(byte) 0xed, (byte) 0xa0, (byte) 0x80};
        assertThat(LenientUtf8.decode(cesu)).isEqualTo("\udced\udca0\udc80");
    }

    @Test
    void everyByteSequenceComesBackAndNoTwoBecomeEqual() {
        SplittableRandom random = new SplittableRandom(1);
        int[] alphabet = {
            0, 'a', 0x7f, 0x80, 0xbf, 0xc0, 0xc3, 0xe2, 0x82, 0xac, 0xed, 0xa0, 0xf0, 0x9f, 0x99, 0x82, 0xff
        };
        Set<String> sequences = new HashSet<>();
        Set<String> texts = new HashSet<>();
        for (int i = 0; i < 20_000; i++) {
            byte[] bytes = new byte[random.nextInt(9)];
            for (int k = 0; k < bytes.length; k++) {
                bytes[k] = (byte) alphabet[random.nextInt(alphabet.length)];
            }
            String text = LenientUtf8.decode(bytes);
            assertThat(LenientUtf8.encode(text)).isEqualTo(bytes);
            sequences.add(new String(bytes, StandardCharsets.ISO_8859_1));
            texts.add(text);
        }
        assertThat(texts).hasSameSizeAs(sequences);
    }

    @ParameterizedTest
    @ValueSource(strings = {"\ud800", "a\udc7f", "\udd00b"})
    void rejectsLoneSurrogatesThatStandForNoByte(String text) {
        assertThatThrownBy(() -> LenientUtf8.encode(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("text: U+");
    }
}
