package wok.engine;

/**
 * Random numbers by address: Philox4x32-10, a pure function from a 128-bit counter and a 64-bit key to 128 bits.
 *
 * <p>A generator with a hidden state would tie a token's number to how many draws came before it, hence to
 * preemption, to speculation, to the order of a batch. Here the number for a token is a function of (seed, position in
 * the sequence, draw index), and nothing else can move it.
 *
 * <p>Source: Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as 1, 2, 3" (SC 2011); the tests hold the
 * known answers that its authors publish with Random123. One instance, one thread (it owns a scratch counter).
 */
final class Philox {
    private static final long MULTIPLIER_0 = 0xD2511F53L;
    private static final long MULTIPLIER_1 = 0xCD9E8D57L;
    private static final int WEYL_0 = 0x9E3779B9;
    private static final int WEYL_1 = 0xBB67AE85;
    private static final int ROUNDS = 10;
    private static final long LOW = 0xFFFFFFFFL;

    private final int[] counter = new int[4];

    /**
     * A number of [0, 1), a multiple of 2^-53: the upper 53 bits of the first two words for the counter
     * (position low, position high, draw, 0) and the key (seed low, seed high).
     */
    double uniform(long seed, long position, int draw) {
        counter[0] = (int) position;
        counter[1] = (int) (position >>> 32);
        counter[2] = draw;
        counter[3] = 0;
        scramble(counter, (int) seed, (int) (seed >>> 32));
        long bits = ((long) counter[0] << 32) | (counter[1] & LOW);
        return (bits >>> 11) * 0x1p-53;
    }

    /** Replaces the four words of a counter by the four random words that belong to it. */
    static void scramble(int[] counter, int key0, int key1) {
        int c0 = counter[0];
        int c1 = counter[1];
        int c2 = counter[2];
        int c3 = counter[3];
        int k0 = key0;
        int k1 = key1;
        for (int round = 0; round < ROUNDS; round++) {
            long product0 = MULTIPLIER_0 * (c0 & LOW);
            long product1 = MULTIPLIER_1 * (c2 & LOW);
            c0 = (int) (product1 >>> 32) ^ c1 ^ k0;
            c1 = (int) product1;
            c2 = (int) (product0 >>> 32) ^ c3 ^ k1;
            c3 = (int) product0;
            k0 += WEYL_0;
            k1 += WEYL_1;
        }
        counter[0] = c0;
        counter[1] = c1;
        counter[2] = c2;
        counter[3] = c3;
    }
}
