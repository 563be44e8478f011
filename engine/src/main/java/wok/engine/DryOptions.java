package wok.engine;

import java.util.List;

/**
 * "Don't repeat yourself": a token that would make a repetition longer loses
 * {@code multiplier * base^(length - allowedLength)} from its logit, where {@code length} is how many tokens before it
 * repeat something said earlier. Source: the DRY sampler of text-generation-webui (pull request 5677) as llama.cpp
 * runs it.
 *
 * @param multiplier strength, 0 (off) to 1000
 * @param base growth per repeated token, 1 to 100
 * @param allowedLength repetitions shorter than this are free, 1 or more
 * @param lastN how many of the last tokens are searched; -1 for all
 * @param sequenceBreakers texts that no repetition reaches across
 */
public record DryOptions(float multiplier, float base, int allowedLength, int lastN, List<String> sequenceBreakers) {

    /** No DRY. */
    public static final DryOptions OFF = new DryOptions(0, 1.75f, 2, -1, List.of("\n", ":", "\"", "*"));

    private static final int BREAKERS_MAX = 64;

    public DryOptions {
        Options.between("dry.multiplier", multiplier, 0, 1000);
        Options.between("dry.base", base, 1, 100);
        Options.atLeast("dry.allowedLength", allowedLength, 1);
        Options.atLeast("dry.lastN", lastN, -1);
        sequenceBreakers = List.copyOf(sequenceBreakers);
        if (sequenceBreakers.size() > BREAKERS_MAX) {
            throw Options.wrong("dry.sequenceBreakers", sequenceBreakers.size() + " texts", "at most " + BREAKERS_MAX);
        }
        if (sequenceBreakers.contains("")) {
            throw Options.wrong("dry.sequenceBreakers", "an empty text", "texts of one character or more");
        }
    }

    /** Whether it does anything. */
    boolean active() {
        return multiplier > 0 && lastN != 0;
    }

    /** The same with another strength. */
    public DryOptions withMultiplier(float value) {
        return new DryOptions(value, base, allowedLength, lastN, sequenceBreakers);
    }
}
