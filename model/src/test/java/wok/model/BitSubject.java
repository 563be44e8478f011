package wok.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import wok.kernels.FloatRows;
import wok.kernels.KernelException;
import wok.kernels.KernelSet;
import wok.kernels.Kernels;
import wok.kernels.KvType;

/**
 * A model whose rows' logits must be the same to the bit whatever kernel set, number of threads, batch, chunking or
 * cached prefix they came about with. The measure is always one sequence, alone, in one forward, by the reference
 * kernels on one thread.
 */
interface BitSubject {
    int SEQUENCES = 7;
    int LENGTH_MAX = 37;

    /** Those that this machine can run; on one with AVX-512 both. */
    List<KernelSet> MACHINE_TIERS = Stream.of(KernelSet.MACHINE_AMX, KernelSet.MACHINE_AVX512, KernelSet.MACHINE_AVX2)
            .filter(BitSubject::worksHere)
            .toList();

    Transformer open(KernelSet kernels, int threads);

    /** What keys and values are stored as. */
    KvType kv();

    private static boolean worksHere(KernelSet set) {
        try {
            return Kernels.create(set).set() == set;
        } catch (KernelException e) {
            return false;
        }
    }

    /** Compares all ways with the measure. */
    static void requireSameBits(BitSubject subject) {
        int[][][] expected;
        int[][] sequences;
        try (Transformer transformer = subject.open(KernelSet.REFERENCE, 1)) {
            sequences = sequences(Math.min(320, transformer.config().vocabularySize()));
            expected = Arrays.stream(sequences)
                    .map(sequence -> chunked(transformer, subject.kv(), sequence, sequence.length))
                    .toArray(int[][][]::new);
        }
        requireSame(subject, KernelSet.REFERENCE, 2, sequences, expected);
        for (int threads = 1; threads <= 3; threads++) {
            requireSame(subject, KernelSet.VECTOR, threads, sequences, expected);
        }
        for (KernelSet tier : MACHINE_TIERS) {
            requireSame(subject, tier, 1, sequences, expected);
            requireSame(subject, tier, 3, sequences, expected);
        }
    }

    private static void requireSame(
            BitSubject subject, KernelSet kernels, int threads, int[][] sequences, int[][][] expected) {
        String as = subject + ", " + kernels + ", threads " + threads;
        try (Transformer transformer = subject.open(kernels, threads)) {
            assertThat(mixed(transformer, subject.kv(), sequences, threads))
                    .as("%s, mixed batches", as)
                    .isDeepEqualTo(expected);
            int[] sequence = sequences[SEQUENCES - 1];
            int[][] logits = expected[SEQUENCES - 1];
            assertThat(behindPrefix(transformer, subject.kv(), sequence))
                    .as("%s, behind a cached prefix", as)
                    .isDeepEqualTo(Arrays.copyOfRange(logits, 32, logits.length));
            for (int chunk : kernels == KernelSet.REFERENCE ? new int[] {7} : new int[] {1, 7, 16, LENGTH_MAX}) {
                assertThat(chunked(transformer, subject.kv(), sequence, chunk))
                        .as("%s, chunks of %d", as, chunk)
                        .isDeepEqualTo(logits);
            }
        }
    }

    /** Different tokens, different lengths; the last is the longest. */
    private static int[][] sequences(int vocabulary) {
        SplittableRandom random = new SplittableRandom(3);
        return IntStream.range(0, SEQUENCES)
                .mapToObj(i -> random.ints(i == SEQUENCES - 1 ? LENGTH_MAX : 3 + 5 * i, 0, vocabulary)
                        .toArray())
                .toArray(int[][]::new);
    }

    /** The bits of one sequence's logits, computed in chunks. */
    private static int[][] chunked(Transformer transformer, KvType type, int[] sequence, int chunk) {
        try (SequenceRun run = new SequenceRun(transformer, type, sequence.length)) {
            List<int[]> bits = new ArrayList<>();
            for (int from = 0; from < sequence.length; from += chunk) {
                int[] tokens = Arrays.copyOfRange(sequence, from, Math.min(sequence.length, from + chunk));
                Arrays.stream(run.logits(tokens)).map(SequenceRun::bits).forEach(bits::add);
            }
            return bits.toArray(int[][]::new);
        }
    }

    /** All sequences at once: each step takes some of each, in another order. */
    private static int[][][] mixed(Transformer transformer, KvType type, int[][] sequences, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        int[][][] bits = Arrays.stream(sequences).map(s -> new int[s.length][]).toArray(int[][][]::new);
        int[] next = new int[SEQUENCES];
        int blocksEach = (LENGTH_MAX + KvCache.BLOCK_POSITIONS - 1) / KvCache.BLOCK_POSITIONS;
        // The sequences' blocks lie between each other.
        int[][] tables = IntStream.range(0, SEQUENCES)
                .mapToObj(s -> IntStream.range(0, blocksEach)
                        .map(b -> b * SEQUENCES + s)
                        .toArray())
                .toArray(int[][]::new);
        try (KvCache kv = transformer.allocateKv(blocksEach * SEQUENCES, SEQUENCES, type);
                Batch batch = transformer.newBatch(SEQUENCES * 20, SEQUENCES * 20)) {
            while (IntStream.range(0, SEQUENCES).anyMatch(s -> next[s] < sequences[s].length)) {
                batch.clear();
                List<int[]> rows = new ArrayList<>();
                int first = random.nextInt(SEQUENCES);
                for (int i = 0; i < SEQUENCES; i++) {
                    int s = (first + i) % SEQUENCES;
                    for (int n = random.nextInt(1, 20); n > 0 && next[s] < sequences[s].length; n--) {
                        batch.add(sequences[s][next[s]], next[s], tables[s], s, true);
                        rows.add(new int[] {s, next[s]++});
                    }
                }
                FloatRows logits = transformer.forward(batch, kv);
                for (int i = 0; i < rows.size(); i++) {
                    bits[rows.get(i)[0]][rows.get(i)[1]] = SequenceRun.bits(logits.row(i));
                }
            }
        }
        return bits;
    }

    /** A second sequence that begins with the first's two full blocks, and a copy of a third: from position 32 on. */
    private static int[][] behindPrefix(Transformer transformer, KvType type, int[] sequence) {
        try (KvCache kv = transformer.allocateKv(8, 3, type);
                Batch batch = transformer.newBatch(LENGTH_MAX, LENGTH_MAX)) {
            int[] first = {5, 2, 7};
            for (int position = 0; position < sequence.length; position++) {
                batch.add(sequence[position], position, first, 1, false);
                if (position == 31) {
                    batch.keepState(2);
                }
            }
            transformer.forward(batch, kv);
            kv.copyBlock(2, 4);
            kv.copyState(2, 0);
            int[] second = {5, 4, 0};
            batch.clear();
            for (int position = 32; position < sequence.length; position++) {
                batch.add(sequence[position], position, second, 0, true);
            }
            FloatRows logits = transformer.forward(batch, kv);
            return IntStream.range(0, sequence.length - 32)
                    .mapToObj(i -> SequenceRun.bits(logits.row(i)))
                    .toArray(int[][]::new);
        }
    }
}
