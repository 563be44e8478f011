package wok.tokenizer;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntPredicate;

/**
 * A pattern as the instructions of a machine with threads of falling priority (Thompson's construction as Pike and Cox
 * describe it). Built once; afterwards any thread may read it.
 *
 * <p>Possessive repetitions become greedy ones where that can't make a difference: one set repeated, and whatever may
 * follow begins with another character or is the end of the pattern. All published tokenizers keep to that.
 */
final class RegexProgram {
    static final int ONE = 0;
    static final int SPLIT = 1;
    static final int JUMP = 2;
    static final int PLACE = 3;
    static final int MATCH = 4;

    /** More than any published pattern by a factor of ten. */
    private static final int INSTRUCTIONS_MAX = 10_000;

    private final IntList operations = new IntList();
    private final IntList first = new IntList();
    private final IntList second = new IntList();
    private final List<IntPredicate> sets = new ArrayList<>();
    private final List<RegexNode.Condition> conditions = new ArrayList<>();

    private boolean looksBack;

    RegexProgram(RegexNode root) throws RegexParser.Unsupported {
        emit(root, List.of());
        add(MATCH, 0, 0);
    }

    int size() {
        return operations.size();
    }

    int operation(int pc) {
        return operations.get(pc);
    }

    /** ONE: the index of the set. SPLIT, JUMP: where to go (first). PLACE: the index of the condition. */
    int first(int pc) {
        return first.get(pc);
    }

    /** SPLIT: where to go at lower priority. */
    int second(int pc) {
        return second.get(pc);
    }

    List<IntPredicate> sets() {
        return sets;
    }

    RegexNode.Condition condition(int index) {
        return conditions.get(index);
    }

    int conditionCount() {
        return conditions.size();
    }

    /** Whether any condition reads the code point before its place. */
    boolean looksBack() {
        return looksBack;
    }

    private int add(int operation, int a, int b) throws RegexParser.Unsupported {
        if (size() >= INSTRUCTIONS_MAX) {
            throw new RegexParser.Unsupported("more than " + INSTRUCTIONS_MAX + " instructions");
        }
        operations.add(operation);
        first.add(a);
        second.add(b);
        return size() - 1;
    }

    private void emit(RegexNode node, List<RegexNode> behind) throws RegexParser.Unsupported {
        switch (node) {
            case RegexNode.One one -> {
                sets.add(one.set());
                add(ONE, sets.size() - 1, 0);
            }
            case RegexNode.Place place -> {
                conditions.add(place.condition());
                looksBack |= place.looksBack();
                add(PLACE, conditions.size() - 1, 0);
            }
            case RegexNode.All all -> {
                for (int i = 0; i < all.parts().size(); i++) {
                    emit(
                            all.parts().get(i),
                            join(all.parts().subList(i + 1, all.parts().size()), behind));
                }
            }
            case RegexNode.Choice choice -> emitChoice(choice, behind);
            case RegexNode.Repeat repeat -> emitRepeat(repeat, behind);
        }
    }

    private void emitChoice(RegexNode.Choice choice, List<RegexNode> behind) throws RegexParser.Unsupported {
        IntList ends = new IntList();
        int last = choice.branches().size() - 1;
        for (int i = 0; i < last; i++) {
            int split = add(SPLIT, size() + 1, 0);
            emit(choice.branches().get(i), behind);
            ends.add(add(JUMP, 0, 0));
            second.set(split, size());
        }
        emit(choice.branches().get(last), behind);
        for (int i = 0; i < ends.size(); i++) {
            first.set(ends.get(i), size());
        }
    }

    private void emitRepeat(RegexNode.Repeat repeat, List<RegexNode> behind) throws RegexParser.Unsupported {
        if (repeat.mode() == RegexNode.Mode.POSSESSIVE) {
            requireHarmless(repeat, behind);
        }
        RegexNode again = new RegexNode.Repeat(repeat.body(), 0, repeat.most(), RegexNode.Mode.GREEDY);
        List<RegexNode> inside = join(List.of(again), behind);
        for (int i = 0; i < repeat.least(); i++) {
            emit(repeat.body(), inside);
        }
        if (repeat.most() < 0) {
            int split = split(repeat);
            emit(repeat.body(), inside);
            add(JUMP, split, 0);
            leave(split, repeat);
        } else {
            IntList splits = new IntList();
            for (int i = repeat.least(); i < repeat.most(); i++) {
                splits.add(split(repeat));
                emit(repeat.body(), inside);
            }
            for (int i = 0; i < splits.size(); i++) {
                leave(splits.get(i), repeat);
            }
        }
    }

    private int split(RegexNode.Repeat repeat) throws RegexParser.Unsupported {
        int next = size() + 1;
        return repeat.mode() == RegexNode.Mode.LAZY ? add(SPLIT, 0, next) : add(SPLIT, next, 0);
    }

    private void leave(int split, RegexNode.Repeat repeat) {
        (repeat.mode() == RegexNode.Mode.LAZY ? first : second).set(split, size());
    }

    private static void requireHarmless(RegexNode.Repeat repeat, List<RegexNode> behind)
            throws RegexParser.Unsupported {
        if (!(repeat.body() instanceof RegexNode.One one) || !CodePoints.disjoint(one.set(), beginning(behind))) {
            throw new RegexParser.Unsupported("a possessive repetition that is not a greedy one");
        }
    }

    /** What the nodes may begin with, up to the first that can't be empty. */
    private static IntPredicate beginning(List<RegexNode> nodes) throws RegexParser.Unsupported {
        IntPredicate set = c -> false;
        for (RegexNode node : nodes) {
            set = set.or(beginning(node));
            if (!canBeEmpty(node)) {
                return set;
            }
        }
        return set;
    }

    private static IntPredicate beginning(RegexNode node) throws RegexParser.Unsupported {
        return switch (node) {
            case RegexNode.One one -> one.set();
            case RegexNode.All all -> beginning(all.parts());
            case RegexNode.Repeat repeat -> beginning(repeat.body());
            case RegexNode.Place place -> throw new RegexParser.Unsupported("a condition behind a possessive " + place);
            case RegexNode.Choice choice -> {
                IntPredicate set = c -> false;
                for (RegexNode branch : choice.branches()) {
                    set = set.or(beginning(branch));
                }
                yield set;
            }
        };
    }

    private static boolean canBeEmpty(RegexNode node) {
        return switch (node) {
            case RegexNode.One one -> false;
            case RegexNode.Place place -> true;
            case RegexNode.All all -> all.parts().stream().allMatch(RegexProgram::canBeEmpty);
            case RegexNode.Choice choice -> choice.branches().stream().anyMatch(RegexProgram::canBeEmpty);
            case RegexNode.Repeat repeat -> repeat.least() == 0 || canBeEmpty(repeat.body());
        };
    }

    private static List<RegexNode> join(List<RegexNode> head, List<RegexNode> tail) {
        List<RegexNode> joined = new ArrayList<>(head);
        joined.addAll(tail);
        return joined;
    }
}
