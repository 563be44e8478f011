package wok.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class TerminalTextTest {

    @Test
    void leavesOrdinaryTextAsItIs() {
        assertThat(TerminalText.harmless("héllo\n\tworld 🙂 日本")).isEqualTo("héllo\n\tworld 🙂 日本");
    }

    @Test
    void showsEscapeSequencesInsteadOfObeyingThem() {
        assertThat(TerminalText.harmless("\u001b[2J\u001b]0;title\u0007")).isEqualTo("␛[2J␛]0;title␇");
    }

    @Test
    void showsEightBitControlCharactersToo() {
        assertThat(TerminalText.harmless("a\u009b31mb\u0085c\u007f")).isEqualTo("a\ufffd31mb\ufffdc␡");
    }

    @Test
    void showsCarriageReturnsThatCouldOverwriteALine() {
        assertThat(TerminalText.harmless("safe\revil\r\nnext")).isEqualTo("safe␍evil\nnext");
    }

    @Test
    void showsCharactersThatTurnTheWritingDirection() {
        assertThat(TerminalText.harmless("a\u202eb\u2066c")).isEqualTo("a\ufffdb\ufffdc");
    }

    @Test
    void putsTextOnOneLine() {
        assertThat(TerminalText.oneLine(" a\nb\r\n\tc ")).isEqualTo("a b c");
    }

    @Test
    void shortensWithoutCuttingACharacterInTwo() {
        assertThat(TerminalText.shortened("🙂🙂🙂🙂", 3)).isEqualTo("🙂🙂…");
    }
}
