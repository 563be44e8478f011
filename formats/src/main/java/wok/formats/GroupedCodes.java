package wok.formats;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * The codes and zeros of a weight [outputs, inputs] that GPTQ or AWQ stored, as words of 32 bits.
 *
 * <pre>
 * GPTQ  qweight [inputs / n][outputs]   n = 32 / bits inputs in a word, the first lowest
 *       qzeros  [groups][outputs / n]   n outputs in a word, the first lowest; version 1 stores the zero less 1
 * AWQ   qweight [inputs][outputs / 8]   8 outputs in a word, in the order 0 2 4 6 1 3 5 7 from the lowest
 *       qzeros  [groups][outputs / 8]   the same
 * </pre>
 *
 * Immutable; any thread.
 */
record GroupedCodes(Quantisation.Grouped method, MemorySegment qweight, MemorySegment qzeros, int inputs, int outputs) {
    private static final VarHandle INTS = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    /** Codes in one word. */
    private int perWord() {
        return 32 / method.bits();
    }

    private int mask() {
        return (1 << method.bits()) - 1;
    }

    /** Codes of outputs {@code first} to {@code first + count - 1}: {@code to[i * stride + k]}. */
    void codes(int first, int count, byte[] to, int stride) {
        if (method.isAwq()) {
            awqCodes(first, count, to, stride);
        } else {
            gptqCodes(first, count, to, stride);
        }
    }

    private void gptqCodes(int first, int count, byte[] to, int stride) {
        int n = perWord();
        boolean four = method.bits() == 4;
        int[] words = new int[count];
        for (int w = 0; w < inputs / n; w++) {
            long at = ((long) w * outputs + first) * Integer.BYTES;
            MemorySegment.copy(qweight, GgufValueType.LE_INT, at, words, 0, count);
            for (int i = 0; i < count; i++) {
                if (four) {
                    LONGS.set(to, i * stride + w * n, bytesOfNibbles(words[i]));
                } else {
                    INTS.set(to, i * stride + w * n, words[i]);
                }
            }
        }
    }

    /** Each of eight nibbles as a byte, the first lowest. */
    private static long bytesOfNibbles(int word) {
        long spread = word & 0xFFFFFFFFL;
        spread = (spread | spread << 16) & 0x0000FFFF0000FFFFL;
        spread = (spread | spread << 8) & 0x00FF00FF00FF00FFL;
        return (spread | spread << 4) & 0x0F0F0F0F0F0F0F0FL;
    }

    private void awqCodes(int first, int count, byte[] to, int stride) {
        int n = perWord();
        int firstWord = first / n;
        int[] words = new int[(first + count - 1) / n - firstWord + 1];
        int[] wordOf = new int[count];
        int[] shiftOf = new int[count];
        for (int i = 0; i < count; i++) {
            wordOf[i] = (first + i) / n - firstWord;
            shiftOf[i] = shift(first + i);
        }
        for (int k = 0; k < inputs; k++) {
            long at = ((long) k * (outputs / n) + firstWord) * Integer.BYTES;
            MemorySegment.copy(qweight, GgufValueType.LE_INT, at, words, 0, words.length);
            for (int i = 0; i < count; i++) {
                to[i * stride + k] = (byte) ((words[wordOf[i]] >>> shiftOf[i]) & 0xF);
            }
        }
    }

    /** Where an output's code is in its word. */
    private int shift(int output) {
        int place = output % perWord();
        return method.bits() * (method.isAwq() ? place / 2 + place % 2 * 4 : place);
    }

    /** The zero of a group of an output. Stored less 1, the greatest code wraps to 0. */
    int zero(int group, int output) {
        long at = ((long) group * (outputs / perWord()) + output / perWord()) * Integer.BYTES;
        int stored = qzeros.get(GgufValueType.LE_INT, at) >>> shift(output);
        return (stored + (method.zerosLessOne() ? 1 : 0)) & mask();
    }

    /** Whether every zero is the middle of the codes. */
    boolean isSymmetric() {
        int middle = (1 << (method.bits() - 1)) - (method.zerosLessOne() ? 1 : 0);
        int expected = 0;
        for (int i = 0; i < perWord(); i++) {
            expected |= middle << (method.bits() * i);
        }
        for (long at = 0; at < qzeros.byteSize(); at += Integer.BYTES) {
            if (qzeros.get(GgufValueType.LE_INT, at) != expected) {
                return false;
            }
        }
        return true;
    }
}
