package wok.kernels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class ThreadTeamTest {
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 8})
    void runsEveryTaskOnceInEveryRun(int threads) {
        try (ThreadTeam team = ThreadTeam.create(threads)) {
            for (int run = 0; run < 2_000; run++) {
                int tasks = run % 17;
                AtomicIntegerArray seen = new AtomicIntegerArray(17);
                team.run(tasks, (task, worker) -> seen.incrementAndGet(task));
                for (int task = 0; task < 17; task++) {
                    assertThat(seen.get(task)).isEqualTo(task < tasks ? 1 : 0);
                }
            }
        }
    }

    @Test
    void aWorkerNeverRunsTwoTasksAtOnce() {
        try (ThreadTeam team = ThreadTeam.create(4)) {
            AtomicIntegerArray busy = new AtomicIntegerArray(4);
            for (int run = 0; run < 300; run++) {
                team.run(40, (task, worker) -> {
                    assertThat(busy.incrementAndGet(worker)).isEqualTo(1);
                    Thread.onSpinWait();
                    busy.decrementAndGet(worker);
                });
            }
        }
    }

    @Test
    void wakesWorkersThatHaveParked() throws InterruptedException {
        try (ThreadTeam team = ThreadTeam.create(3)) {
            for (int run = 0; run < 20; run++) {
                Thread.sleep(2);
                AtomicIntegerArray seen = new AtomicIntegerArray(9);
                team.run(9, (task, worker) -> seen.incrementAndGet(task));
                for (int task = 0; task < 9; task++) {
                    assertThat(seen.get(task)).isEqualTo(1);
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void throwsWhatATaskThrewAndWorksOn(int threads) {
        try (ThreadTeam team = ThreadTeam.create(threads)) {
            assertThatThrownBy(() -> team.run(20, (task, worker) -> {
                        if (task == 7) {
                            throw new IllegalArgumentException("task 7");
                        }
                    }))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("task 7");
            AtomicIntegerArray seen = new AtomicIntegerArray(5);
            team.run(5, (task, worker) -> seen.incrementAndGet(task));
            assertThat(seen.get(4)).isEqualTo(1);
        }
    }

    @Test
    void rejectsNestedRuns() {
        try (ThreadTeam team = ThreadTeam.create(2)) {
            assertThatThrownBy(() -> team.run(4, (task, worker) -> team.run(2, (t, w) -> {})))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("busy");
        }
    }

    @Test
    void rejectsRunsAfterClosing() {
        ThreadTeam team = ThreadTeam.create(2);
        team.close();
        team.close();
        assertThatThrownBy(() -> team.run(1, (task, worker) -> {})).hasMessageContaining("closed");
    }

    @Test
    void rejectsATeamOfNobody() {
        assertThatThrownBy(() -> ThreadTeam.create(0)).hasMessageContaining("threads: 0 (expected: 1 to 1024)");
    }
}
