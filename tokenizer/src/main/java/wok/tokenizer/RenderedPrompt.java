package wok.tokenizer;

import java.util.List;

/**
 * A rendered conversation with the origin of its characters. Control tokens may be matched in trusted segments alone;
 * what people wrote is ordinary text even where it spells {@code <|im_start|>}.
 *
 * @param text the whole prompt
 * @param segments maximal runs of one origin, in order, covering the text without gaps; none for an empty text
 */
public record RenderedPrompt(String text, List<Segment> segments) {

    /**
     * A run of characters of one origin.
     *
     * @param start offset of its first character (UTF-16 code units)
     * @param end offset behind its last character
     * @param trusted true for the template's own text and the model's special tokens, false for everything else
     */
    public record Segment(int start, int end, boolean trusted) {}

    public RenderedPrompt {
        segments = List.copyOf(segments);
        int at = 0;
        for (Segment segment : segments) {
            if (segment.start() != at || segment.end() <= at) {
                throw new IllegalArgumentException("segments: " + segments + " (expected: no gaps, none empty)");
            }
            at = segment.end();
        }
        if (at != text.length()) {
            throw new IllegalArgumentException("segments: end at " + at + " (expected: " + text.length() + ")");
        }
    }

    /** Text of one origin: a raw prompt somebody typed (untrusted), or one made by the program (trusted). */
    public static RenderedPrompt of(String text, boolean trusted) {
        return new RenderedPrompt(text, text.isEmpty() ? List.of() : List.of(new Segment(0, text.length(), trusted)));
    }
}
