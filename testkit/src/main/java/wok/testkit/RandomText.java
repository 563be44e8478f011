package wok.testkit;

import java.util.random.RandomGenerator;

/** Seeded text for tests. */
public final class RandomText {
    private RandomText() {}

    /** {@code length} code points drawn from letters, spaces, digits and a few scripts. */
    public static String of(RandomGenerator random, int length) {
        String alphabet = "abc XYZ 019 \n\t,.!'éßΩжש中日한🙂\u0301";
        int[] codePoints = alphabet.codePoints().toArray();
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < length; i++) {
            text.appendCodePoint(codePoints[random.nextInt(codePoints.length)]);
        }
        return text.toString();
    }
}
