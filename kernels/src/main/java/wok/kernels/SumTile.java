package wok.kernels;

import java.util.function.IntFunction;
import wok.assembler.Assembler;
import wok.assembler.Mem;
import wok.assembler.RegisterFile;
import wok.assembler.Vec;

/**
 * A tile of sums in registers, the inner part of both products of attention: {@code sum[q][v] += a[q] * b[v]}, where
 * a[q] is one number of query q for all lanes and b[v] a vector of keys or values.
 *
 * <p>A step loads and keeps the fewer of the two (queries or vectors) and passes the others through one register, each
 * with one load. Sums of different queries and vectors do not wait for each other: with eight and more of them a fused
 * multiply-add of four cycles keeps two units busy.
 *
 * <p>Registers: queries * vectors sums, min(queries, vectors) kept, one for passing. One kernel's generator, one
 * thread.
 */
final class SumTile {
    /** Emits the load of a vector. */
    @FunctionalInterface
    interface VectorLoad {
        void emit(Vec to, int vector);
    }

    private final Assembler a;
    private final int queries;
    private final int vectors;
    private final Vec[][] sums;
    private final Vec[] kept;
    private final Vec passing;

    SumTile(Assembler assembler, RegisterFile registers, int queries, int vectors) {
        a = assembler;
        this.queries = queries;
        this.vectors = vectors;
        sums = new Vec[queries][];
        for (int q = 0; q < queries; q++) {
            sums[q] = registers.take("sum" + q + "-", vectors);
        }
        kept = registers.take("kept", Math.min(queries, vectors));
        passing = registers.take("passing");
    }

    /** All sums become +0. */
    void clear() {
        for (Vec[] row : sums) {
            for (Vec sum : row) {
                a.zero(sum);
            }
        }
    }

    /**
     * Adds one product to each sum, rounded once.
     *
     * @param query where query q's number is
     */
    void step(IntFunction<Mem> query, VectorLoad vector) {
        if (queries < vectors) {
            for (int q = 0; q < queries; q++) {
                a.vbroadcastss(kept[q], query.apply(q));
            }
            for (int v = 0; v < vectors; v++) {
                vector.emit(passing, v);
                for (int q = 0; q < queries; q++) {
                    a.vfmadd231ps(sums[q][v], kept[q], passing);
                }
            }
            return;
        }
        for (int v = 0; v < vectors; v++) {
            vector.emit(kept[v], v);
        }
        for (int q = 0; q < queries; q++) {
            a.vbroadcastss(passing, query.apply(q));
            for (int v = 0; v < vectors; v++) {
                a.vfmadd231ps(sums[q][v], passing, kept[v]);
            }
        }
    }

    /** Loads the sums. {@code row}: where query q's first is; the others follow. */
    void load(IntFunction<Mem> row) {
        for (int q = 0; q < queries; q++) {
            for (int v = 0; v < vectors; v++) {
                a.vmovups(
                        sums[q][v], row.apply(q).plus((long) v * passing.width().bytes()));
            }
        }
    }

    /** Stores the sums, as {@link #load} finds them. */
    void store(IntFunction<Mem> row) {
        for (int q = 0; q < queries; q++) {
            for (int v = 0; v < vectors; v++) {
                a.vmovups(row.apply(q).plus((long) v * passing.width().bytes()), sums[q][v]);
            }
        }
    }
}
