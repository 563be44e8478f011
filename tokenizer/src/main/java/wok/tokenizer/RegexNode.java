package wok.tokenizer;

import java.util.List;
import java.util.function.IntPredicate;

/** The tree of a pattern that the linear matcher can run. Values; any thread may read them. */
sealed interface RegexNode {

    /** One code point of a set. */
    record One(IntPredicate set) implements RegexNode {}

    /** Everything in turn; nothing if empty. */
    record All(List<RegexNode> parts) implements RegexNode {}

    /** The first branch that leads to a match. */
    record Choice(List<RegexNode> branches) implements RegexNode {}

    /**
     * A repetition.
     *
     * @param most -1 for no bound
     */
    record Repeat(RegexNode body, int least, int most, Mode mode) implements RegexNode {}

    /** How eager a repetition is. */
    enum Mode {
        GREEDY,
        LAZY,
        POSSESSIVE
    }

    /**
     * A condition on the neighbours of a place; -1 stands for the ends of the text.
     *
     * @param looksBack whether it reads the code point before the place
     */
    record Place(Condition condition, boolean looksBack) implements RegexNode {}

    /** Sees the code points before and behind a place. */
    @FunctionalInterface
    interface Condition {
        boolean holds(int before, int behind);
    }
}
