package wok.engine;

/**
 * How thinking is told from answering. The opening tag counts at the very beginning of the output (whitespace before
 * it is dropped), the closing tag ends the thinking for good; whitespace after a tag goes with the tag.
 *
 * @param open the opening tag; with {@code close} empty when output is never split
 * @param close the closing tag
 * @param startsInside whether the prompt has already opened the thinking
 * @param budget tokens of thinking after which the closing tag is forced; 0 for no thinking, -1 for no bound
 */
public record ReasoningOptions(String open, String close, boolean startsInside, int budget) {

    /** No bound on thinking. */
    public static final int UNBOUNDED = -1;

    /** The output is text, whatever it says. */
    public static final ReasoningOptions NONE = new ReasoningOptions("", "", false, UNBOUNDED);

    /** {@code <think>…</think>}, opened by the model, without bound. */
    public static final ReasoningOptions THINK = new ReasoningOptions("<think>", "</think>", false, UNBOUNDED);

    private static final int TAG_CHARACTERS_MAX = 256;

    public ReasoningOptions {
        Options.atLeast("reasoning.budget", budget, UNBOUNDED);
        checkTag("reasoning.open", open);
        checkTag("reasoning.close", close);
        if (open.isEmpty() != close.isEmpty()) {
            throw Options.wrong("reasoning.open", "\"" + open + "\"", "both tags or neither");
        }
        if (startsInside && close.isEmpty()) {
            throw Options.wrong("reasoning.startsInside", true, "false when there are no tags");
        }
    }

    private static void checkTag(String name, String tag) {
        if (tag.length() > TAG_CHARACTERS_MAX) {
            throw Options.wrong(name, tag.length() + " characters", "at most " + TAG_CHARACTERS_MAX);
        }
        Options.wholeCharacters(name, tag);
        if (!tag.strip().equals(tag)) {
            throw Options.wrong(name, "\"" + tag + "\"", "no whitespace at its ends");
        }
    }

    /** Whether output is split at all. */
    public boolean splits() {
        return !close.isEmpty();
    }

    /** The same for a prompt that ends inside (or outside) the thinking. */
    public ReasoningOptions withStartsInside(boolean value) {
        return new ReasoningOptions(open, close, value, budget);
    }

    /** The same with another budget in tokens. */
    public ReasoningOptions withBudget(int value) {
        return new ReasoningOptions(open, close, startsInside, value);
    }
}
