package wok.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

class KvBlockPoolTest {
    private static final int[] TOKENS = tokens(64, 1);

    private static int[] tokens(int count, int step) {
        int[] tokens = new int[count];
        Arrays.setAll(tokens, i -> i * step);
        return tokens;
    }

    @Test
    void aBlockNobodyHoldsStaysFindableUntilItIsNeeded() {
        KvBlockPool pool = new KvBlockPool(2, block -> {});
        int block = pool.take();
        assertThat(pool.register(block, KvBlockPool.ROOT, TOKENS, 0)).isEqualTo(block);
        pool.release(block);
        assertThat(pool.cached()).isEqualTo(1);
        assertThat(pool.available()).isEqualTo(2);
        assertThat(pool.find(KvBlockPool.ROOT, TOKENS, 0)).isEqualTo(block);
        pool.take();
        assertThat(pool.find(KvBlockPool.ROOT, TOKENS, 0)).isEqualTo(block);
        assertThat(pool.take()).isEqualTo(block);
        assertThat(pool.find(KvBlockPool.ROOT, TOKENS, 0)).isEqualTo(KvBlockPool.NONE);
        assertThat(pool.available()).isZero();
        assertThatThrownBy(pool::take).hasMessage("available: 0 (expected: a block)");
    }

    @Test
    void theBlockUnusedForLongestGoesFirst() {
        KvBlockPool pool = new KvBlockPool(3, block -> {});
        int[] blocks = {pool.take(), pool.take(), pool.take()};
        for (int i = 0; i < 3; i++) {
            pool.register(blocks[i], KvBlockPool.ROOT, TOKENS, 16 * i);
        }
        pool.release(blocks[1]);
        pool.release(blocks[0]);
        pool.release(blocks[2]);
        pool.retain(blocks[1]);
        pool.release(blocks[1]);
        assertThat(new int[] {pool.take(), pool.take(), pool.take()}).containsExactly(blocks[0], blocks[2], blocks[1]);
    }

    @Test
    void theSameTokensAfterAnotherBeginningAreAnotherBlock() {
        KvBlockPool pool = new KvBlockPool(4, block -> {});
        int first = pool.take();
        int second = pool.take();
        pool.register(first, KvBlockPool.ROOT, TOKENS, 0);
        pool.register(second, pool.node(first), TOKENS, 16);
        assertThat(pool.find(pool.node(first), TOKENS, 16)).isEqualTo(second);
        assertThat(pool.find(KvBlockPool.ROOT, TOKENS, 16)).isEqualTo(KvBlockPool.NONE);
        for (long other = 10; other < 100; other++) { // enough to meet in every one of the few buckets
            assertThat(pool.find(other, TOKENS, 0)).isEqualTo(KvBlockPool.NONE);
            assertThat(pool.find(other, TOKENS, 16)).isEqualTo(KvBlockPool.NONE);
        }
    }

    @Test
    void registeringATextTwiceGivesTheFirstBlock() {
        KvBlockPool pool = new KvBlockPool(2, block -> {});
        int first = pool.take();
        int second = pool.take();
        pool.register(first, KvBlockPool.ROOT, TOKENS, 0);
        assertThat(pool.register(second, KvBlockPool.ROOT, TOKENS, 0)).isEqualTo(first);
        pool.release(second);
        assertThat(pool.cached()).isZero();
    }

    @Test
    void aSuccessorOfAForgottenBlockIsNeverFoundAgain() {
        KvBlockPool pool = new KvBlockPool(2, block -> {});
        int first = pool.take();
        int second = pool.take();
        pool.register(first, KvBlockPool.ROOT, TOKENS, 0);
        pool.register(second, pool.node(first), TOKENS, 16);
        pool.release(first);
        int again = pool.take();
        assertThat(again).isEqualTo(first);
        pool.register(again, KvBlockPool.ROOT, TOKENS, 0);
        assertThat(pool.find(pool.node(again), TOKENS, 16)).isEqualTo(KvBlockPool.NONE);
    }

    @Test
    void aBlockIsTakenOnlyWhenItsLastHolderLetsGo() {
        KvBlockPool pool = new KvBlockPool(1, block -> {});
        int block = pool.take();
        pool.retain(block);
        pool.release(block);
        assertThat(pool.available()).isZero();
        assertThat(pool.unheld(block)).isFalse();
        pool.release(block);
        assertThat(pool.available()).isEqualTo(1);
        assertThatThrownBy(() -> pool.release(block)).hasMessage("block 0: no holder (expected: one or more)");
    }
}
