package wok.kernels;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A fixed team of threads that share out the tasks of one operation at a time. The caller takes part as worker 0; the
 * others are persistent daemon threads.
 *
 * <p>How it works: one atomic word holds (run number, tasks left). A worker claims a task by counting the word down;
 * a claim can only succeed on the run whose fields it has just read, since the run number is part of the word, so a
 * worker that wakes late can never run an old task or miss a new one. Which worker runs which task is left to chance,
 * and results must not depend on it (they do not: a task owns its output rows).
 *
 * <p>A decoding step is some two hundred operations of 10 to 200 microseconds; waking a parked thread costs about as
 * much as a small one. So a worker without work spins for {@value #SPIN_NANOS} nanoseconds before it parks, which
 * bridges the gaps within a step; between steps and between answers nothing spins.
 *
 * <p>Rejected: {@code ForkJoinPool} (its threads come and go, its queues allocate a task object per fork) and an
 * executor (a future and a lock per task).
 *
 * <p>One thread at a time may call {@link #run}; any may call {@link #close} once no run is under way.
 */
public final class ThreadTeam implements AutoCloseable {
    static final int SPIN_NANOS = 20_000;

    /** One piece of an operation. */
    @FunctionalInterface
    public interface Task {
        /**
         * Runs one task.
         *
         * @param task 0 to tasks - 1
         * @param worker 0 to threads - 1; no two tasks with the same worker run at once
         */
        void run(int task, int worker);
    }

    private static final long LEFT_MASK = 0xFFFF_FFFFL;

    private final List<Worker> workers = new ArrayList<>();
    private final AtomicLong claims = new AtomicLong();
    private final AtomicInteger unfinished = new AtomicInteger();
    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    private final AtomicBoolean running = new AtomicBoolean();
    private volatile boolean closed;
    private volatile @Nullable Thread caller;
    private volatile boolean callerParks;
    private Task task = (index, worker) -> {};
    private int tasks;

    private ThreadTeam() {}

    /**
     * Starts a team.
     *
     * @param threads 1 and more, the caller included: 1 starts none
     */
    public static ThreadTeam create(int threads) {
        if (threads < 1 || threads > 1024) {
            throw new IllegalArgumentException("threads: " + threads + " (expected: 1 to 1024)");
        }
        ThreadTeam team = new ThreadTeam();
        for (int worker = 1; worker < threads; worker++) {
            team.workers.add(new Worker(team, worker));
        }
        team.workers.forEach(worker -> worker.thread.start());
        return team;
    }

    public int threads() {
        return workers.size() + 1;
    }

    /**
     * Runs tasks 0 to {@code count - 1} and returns when all have ended.
     *
     * @throws IllegalStateException if the team is closed or already running
     * @throws RuntimeException or Error: the first that a task threw; the other tasks still ran
     */
    public void run(int count, Task operation) {
        if (closed || !running.compareAndSet(false, true)) {
            throw new IllegalStateException(
                    closed ? "team: closed" : "team: busy (expected: one caller at a time, no nested runs)");
        }
        try {
            if (count == 1 || workers.isEmpty()) {
                for (int index = 0; index < count; index++) {
                    operation.run(index, 0);
                }
            } else if (count > 1) {
                share(count, operation);
            }
        } finally {
            running.set(false);
        }
    }

    private void share(int count, Task operation) {
        task = operation;
        tasks = count;
        failure.set(null);
        caller = Thread.currentThread();
        unfinished.set(count);
        long run = (claims.get() >>> 32) + 1;
        claims.set((run << 32) | count);
        for (int i = 0; i < Math.min(count - 1, workers.size()); i++) {
            workers.get(i).wake();
        }
        work(0);
        awaitOthers();
        Throwable thrown = failure.get();
        if (thrown instanceof RuntimeException exception) {
            throw exception;
        }
        if (thrown instanceof Error error) {
            throw error;
        }
    }

    /** Claims and runs tasks until none is left. */
    private void work(int worker) {
        for (long seen = claims.get(); (seen & LEFT_MASK) != 0; seen = claims.get()) {
            Task operation = task;
            int index = tasks - (int) (seen & LEFT_MASK);
            if (claims.compareAndSet(seen, seen - 1)) {
                runOne(operation, index, worker);
            }
        }
    }

    private void runOne(Task operation, int index, int worker) {
        try {
            operation.run(index, worker);
        } catch (RuntimeException | Error thrown) {
            failure.compareAndSet(null, thrown);
        } finally {
            if (unfinished.decrementAndGet() == 0 && callerParks) {
                LockSupport.unpark(caller);
            }
        }
    }

    private void awaitOthers() {
        long start = System.nanoTime();
        while (unfinished.get() != 0) {
            if (System.nanoTime() - start < SPIN_NANOS) {
                Thread.onSpinWait();
            } else {
                parkUntilFinished();
            }
        }
    }

    /** Says that it sleeps before it looks a last time, so that the last worker's wake-up is not lost. */
    private void parkUntilFinished() {
        callerParks = true;
        while (unfinished.get() != 0) {
            LockSupport.park(this);
        }
        callerParks = false;
    }

    /** Ends the threads and waits for them. */
    @Override
    public void close() {
        closed = true;
        boolean interrupted = false;
        for (Worker worker : workers) {
            LockSupport.unpark(worker.thread);
            interrupted |= !joined(worker.thread);
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private static boolean joined(Thread thread) {
        boolean uninterrupted = true;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                uninterrupted = false;
            }
        }
        return uninterrupted;
    }

    private static final class Worker {
        private final ThreadTeam team;
        private final int number;
        private final Thread thread;
        private volatile boolean parked;

        Worker(ThreadTeam team, int number) {
            this.team = team;
            this.number = number;
            thread = Thread.ofPlatform().daemon().name("wok-kernels-" + number).unstarted(this::loop);
        }

        void wake() {
            if (parked) {
                LockSupport.unpark(thread);
            }
        }

        private void loop() {
            long idleSince = System.nanoTime();
            while (!team.closed) {
                if ((team.claims.get() & LEFT_MASK) != 0) {
                    team.work(number);
                    idleSince = System.nanoTime();
                } else if (System.nanoTime() - idleSince < SPIN_NANOS) {
                    Thread.onSpinWait();
                } else {
                    park();
                }
            }
        }

        /** Says that it sleeps before it looks for work a last time, so that no wake-up is lost. */
        private void park() {
            parked = true;
            if ((team.claims.get() & LEFT_MASK) == 0 && !team.closed) {
                LockSupport.park(team);
            }
            parked = false;
        }
    }
}
