package wok.tokenizer;

import java.time.LocalDateTime;

/** The budget and the clock of one rendering. Owned by the thread that renders. */
final class JinjaRun {
    private static final int CHARACTERS_PER_WORK = 64;

    private final JinjaLimits limits;
    private final LocalDateTime now;
    private long work;
    private long characters;
    private long elements;
    private int depth;

    JinjaRun(JinjaLimits limits, LocalDateTime now) {
        this.limits = limits;
        this.now = now;
    }

    LocalDateTime now() {
        return now;
    }

    /** Spends work; to be called at least once for everything that is repeated. */
    void work(long units) {
        work += units;
        if (work > limits.workMax()) {
            throw new JinjaError("too much work (limit: " + limits.workMax() + " steps)");
        }
    }

    /**
     * Announces text before it is made.
     *
     * @param added characters that are made now
     * @param length of the text they become part of
     */
    void characters(long added, long length) {
        characters += added;
        if (length > limits.textMax() || characters > limits.charactersMax()) {
            throw new JinjaError("too much text (limit: " + limits.textMax() + " characters in one string, "
                    + limits.charactersMax() + " in all)");
        }
        work(added / CHARACTERS_PER_WORK);
    }

    /** Announces elements of lists and dictionaries before they are made. */
    void elements(long added) {
        elements += added;
        if (elements > limits.elementsMax()) {
            throw new JinjaError("too many elements in lists (limit: " + limits.elementsMax() + " in all)");
        }
        work(added);
    }

    /** Goes one level down; {@link #leave} must follow. */
    void enter() {
        if (++depth > limits.depthMax()) {
            throw new JinjaError("nested too deeply (limit: " + limits.depthMax() + " levels)");
        }
        work(1);
    }

    void leave() {
        depth--;
    }
}
