package wok.formats;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * Says what a file that is not the expected one looks like, by its first bytes: people download the wrong file, a
 * pointer in place of a file, or a web page with an error, and should be told so.
 */
final class FileSignature {
    private static final int LOOK_BYTES = 64;

    private static final int ZIP = 0x04034b50;

    private FileSignature() {}

    /** Whether the file starts as a zip archive does. */
    static boolean isZip(MemorySegment file) {
        return file.byteSize() >= Integer.BYTES && file.get(GgufValueType.LE_INT, 0) == ZIP;
    }

    /** A few words for an error message: "a safetensors file", "bytes 00 11 22 33", … */
    static String describe(MemorySegment file) {
        if (file.byteSize() == 0) {
            return "an empty file";
        }
        byte[] start = file.asSlice(0, Math.min(LOOK_BYTES, file.byteSize())).toArray(JAVA_BYTE);
        String text = new String(start, StandardCharsets.ISO_8859_1);
        String lower = text.stripLeading().toLowerCase(Locale.ROOT);
        if (text.startsWith("GGUF")) {
            return "a GGUF file";
        } else if (text.startsWith("FUGG")) {
            return "a GGUF file with its magic reversed (big-endian)";
        } else if (text.startsWith("lmgg") || text.startsWith("fmgg") || text.startsWith("tjgg")) {
            return "a GGML file from before GGUF (convert the original model anew)";
        } else if (text.startsWith("version https://git-lfs")) {
            return "a Git LFS pointer (the file itself was not downloaded; try git lfs pull)";
        } else if (text.startsWith("PK\u0003\u0004")) {
            return "a zip archive (if it is a PyTorch checkpoint, open the folder it is in)";
        } else if (start.length > 8 && start[8] == '{' && start[7] == 0 && start[6] == 0) {
            return "a safetensors file (open the folder it is in)";
        } else if (lower.startsWith("<!doctype") || lower.startsWith("<html")) {
            return "a web page (the download failed)";
        } else if (text.startsWith("\u001f\u008b")) {
            return "a gzip archive (unpack it first)";
        } else if (lower.startsWith("{")) {
            return "a JSON text";
        }
        return bytes(start);
    }

    private static String bytes(byte[] start) {
        StringBuilder hex = new StringBuilder("bytes");
        for (int i = 0; i < Math.min(8, start.length); i++) {
            hex.append(' ')
                    .append(Character.forDigit(start[i] >> 4 & 15, 16))
                    .append(Character.forDigit(start[i] & 15, 16));
        }
        return hex.toString();
    }
}
