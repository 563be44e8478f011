package wok.tokenizer;

/**
 * What one rendering may use. Templates come with downloaded models and may be hostile; a limit that is reached is an
 * ordinary {@link TemplateException}.
 *
 * @param workMax evaluated nodes, iterated elements and copied characters (64 for one unit) together
 * @param textMax characters of one string, the prompt included
 * @param charactersMax characters of all strings made together: bounds memory whatever is kept
 * @param elementsMax elements of all lists and dictionaries made together
 * @param depthMax nested evaluations, macro calls and levels of printed values together; an evaluation takes up to
 *     1 KiB of stack, so this stays within the 512 KiB of the smallest usual thread
 */
record JinjaLimits(long workMax, int textMax, long charactersMax, long elementsMax, int depthMax) {
    /** Longest source of a template in characters; the longest published one has 60 000. */
    static final int SOURCE_MAX = 1 << 20;

    /** Levels of nested blocks and expressions in a source; links of a chain (a.b.c, a|b|c, a + b + c) count too. */
    static final int NESTING_MAX = 150;

    /** Bits of an integer: Python prints integers up to 4300 digits. */
    static final int INTEGER_BITS_MAX = 14_284;

    /** Elements of a range, as in Jinja2's sandbox. */
    static final int RANGE_MAX = 100_000;

    static final JinjaLimits DEFAULT = new JinjaLimits(30_000_000, 16 << 20, 128 << 20, 4_000_000, 300);
}
