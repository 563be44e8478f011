package wok.formats;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.Test;

class FileSignatureTest {
    private static String describe(int... bytes) {
        byte[] file = new byte[bytes.length];
        for (int i = 0; i < bytes.length; i++) {
            file[i] = (byte) bytes[i];
        }
        return FileSignature.describe(MemorySegment.ofArray(file));
    }

    @Test
    void namesAnArchiveAndElseTheFirstBytes() {
        assertThat(describe(0x1f, 0x8b, 8)).startsWith("a gzip archive");
        assertThat(describe(0xff, 0, 0x7f, 0x80)).isEqualTo("bytes ff 00 7f 80");
        assertThat(describe()).isEqualTo("an empty file");
    }
}
