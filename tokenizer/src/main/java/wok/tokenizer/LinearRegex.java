package wok.tokenizer;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/**
 * A pattern matcher whose time grows with the text and not with its square, on hostile text too. Immutable to its
 * callers; any thread may use it (each with its own {@link RegexScan}).
 *
 * <p>Why not java.util.regex: the pre-tokenizers' expressions hold alternatives inside repetitions, which recurse
 * there once per character and overflow the stack on a megabyte of one letter; and a pattern like {@code \s+$} looks
 * at every tail of a run of spaces again, which takes hours on a megabyte of them. Why not hand-written scanners: there
 * are some twenty expressions in use and more every month; tokenizer.json brings its own.
 *
 * <p>How it works: a deterministic automaton that is built while it runs. Code points fall into classes (two of one
 * class are in the same sets of the pattern). A {@link State} is the list of the machine's threads by falling
 * priority; following its edge for a class means: resolve the conditions, which see the class before and the class
 * behind; walk the list; at a MATCH drop every thread of lower priority and note that a match ends here; step the
 * others. So the leftmost, first-alternative match that a backtracking matcher finds comes out of one pass. Ends of
 * text are class 0, which no set holds.
 */
final class LinearRegex {
    /** Beyond this many states the automaton is thrown away and grows anew; published patterns need under 100. */
    private static final int STATES_MAX = 4000;

    /** The class of both ends of the text. */
    static final int END = 0;

    private final RegexProgram program;
    private final AtomicReferenceArray<int[]> pages = new AtomicReferenceArray<>((Character.MAX_CODE_POINT >> 8) + 1);
    private final int[] ascii;
    private final State firstState = new State(new int[] {0}, END);
    private final Map<BitSet, Integer> classIds = new ConcurrentHashMap<>();
    private final List<Sample> classes = new ArrayList<>();
    private volatile Map<Key, State> states = new ConcurrentHashMap<>();

    /** A class: the sets it is in, and one of its code points, which stands for all where conditions are asked. */
    private record Sample(BitSet sets, int codePoint) {}

    private record Key(List<Integer> threads, int before) {}

    /** What following a class from a state means. */
    record Edge(boolean matchesHere, State target) {}

    /** Threads of falling priority, before a code point; {@code before} is the class on the left. */
    static final class State {
        private final int[] threads;
        private final int before;
        private volatile @Nullable Edge[] edges = new Edge[16];

        private State(int[] threads, int before) {
            this.threads = threads;
            this.before = before;
        }

        boolean isDead() {
            return threads.length == 0;
        }
    }

    private LinearRegex(RegexProgram program) {
        this.program = program;
        classes.add(new Sample(new BitSet(), -1));
        this.ascii = Arrays.copyOf(page(0), 0x80);
    }

    static LinearRegex compile(String pattern) throws RegexParser.Unsupported {
        return new LinearRegex(new RegexProgram(RegexParser.parse(pattern)));
    }

    /** The state before the first code point of an attempt; {@code before} is the class on its left. */
    State start(int before) {
        return program.looksBack() ? state(new int[] {0}, before) : firstState;
    }

    Edge edge(State state, int behind) {
        @Nullable Edge[] edges = state.edges;
        Edge known = behind < edges.length ? edges[behind] : null;
        return known != null ? known : addEdge(state, behind);
    }

    int classOf(int codePoint) {
        return codePoint < 0x80 ? ascii[codePoint] : page(codePoint >> 8)[codePoint & 0xff];
    }

    private int[] page(int number) {
        int[] known = pages.getAcquire(number);
        if (known != null) {
            return known;
        }
        int[] page = new int[0x100];
        for (int i = 0; i < page.length; i++) {
            page[i] = classify(number << 8 | i);
        }
        pages.setRelease(number, page);
        return page;
    }

    private int classify(int codePoint) {
        BitSet in = new BitSet();
        List<IntPredicate> sets = program.sets();
        for (int i = 0; i < sets.size(); i++) {
            in.set(i, sets.get(i).test(codePoint));
        }
        conditionBits(in, sets.size(), codePoint);
        synchronized (classes) {
            Integer id = classIds.get(in);
            if (id == null) {
                id = classes.size();
                classes.add(new Sample(in, codePoint));
                classIds.put(in, id);
            }
            return id;
        }
    }

    /** Conditions look at one side alone or compare words: asking them against four samples tells classes apart. */
    private void conditionBits(BitSet in, int from, int codePoint) {
        int bit = from;
        for (int i = 0; i < program.conditionCount(); i++) {
            RegexNode.Condition condition = program.condition(i);
            in.set(bit++, condition.holds(codePoint, -1));
            in.set(bit++, condition.holds(-1, codePoint));
            in.set(bit++, condition.holds(codePoint, 'a'));
            in.set(bit++, condition.holds('a', codePoint));
        }
    }

    private Sample sample(int id) {
        synchronized (classes) {
            return classes.get(id);
        }
    }

    private Edge addEdge(State state, int behind) {
        Threads threads = new Threads(program.size());
        Sample next = sample(behind);
        int left = sample(state.before).codePoint;
        boolean matches = false;
        for (int pc : state.threads) {
            if (follow(pc, left, next.codePoint, threads)) {
                matches = true;
                break;
            }
        }
        Edge edge = new Edge(matches, state(step(threads, next.sets), behind));
        synchronized (state) {
            if (behind >= state.edges.length) {
                state.edges = Arrays.copyOf(state.edges, behind + 16);
            }
            state.edges[behind] = edge;
        }
        return edge;
    }

    /** The threads of one closure: those that wait for a code point, in order, and the instructions seen. */
    private static final class Threads {
        private final BitSet seen;
        private final IntList waiting = new IntList();

        Threads(int programSize) {
            this.seen = new BitSet(programSize);
        }
    }

    /** Walks the instructions that consume nothing; whether a match was reached. */
    private boolean follow(int start, int before, int behind, Threads threads) {
        IntList stack = new IntList();
        stack.add(start);
        while (stack.size() > 0) {
            int pc = stack.removeLast();
            if (threads.seen.get(pc)) {
                continue;
            }
            threads.seen.set(pc);
            switch (program.operation(pc)) {
                case RegexProgram.ONE -> threads.waiting.add(pc);
                case RegexProgram.JUMP -> stack.add(program.first(pc));
                case RegexProgram.SPLIT -> {
                    stack.add(program.second(pc));
                    stack.add(program.first(pc));
                }
                case RegexProgram.PLACE -> {
                    if (program.condition(program.first(pc)).holds(before, behind)) {
                        stack.add(pc + 1);
                    }
                }
                default -> {
                    return true;
                }
            }
        }
        return false;
    }

    private int[] step(Threads threads, BitSet sets) {
        IntList next = new IntList();
        for (int i = 0; i < threads.waiting.size(); i++) {
            int pc = threads.waiting.get(i);
            if (sets.get(program.first(pc))) {
                next.add(pc + 1);
            }
        }
        return next.toArray();
    }

    private State state(int[] threads, int before) {
        int left = program.looksBack() && threads.length > 0 ? before : END;
        Map<Key, State> known = states;
        if (known.size() > STATES_MAX) {
            known = new ConcurrentHashMap<>();
            states = known;
        }
        List<Integer> list = Arrays.stream(threads).boxed().toList();
        return known.computeIfAbsent(new Key(list, left), key -> new State(threads, left));
    }
}
