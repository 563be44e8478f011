package wok.tokenizer;

import java.util.Arrays;

/** Puts strings of both origins together within the limits of a rendering. One owner. */
final class JinjaStringBuilder {
    private final JinjaRun run;
    private final StringBuilder text = new StringBuilder();
    private int[] flips = new int[8];
    private int flipCount;
    private boolean firstTrusted = true;
    private boolean lastTrusted = true;

    JinjaStringBuilder(JinjaRun run) {
        this.run = run;
    }

    JinjaStringBuilder append(JinjaString piece) {
        return append(piece, 0, piece.length());
    }

    /** Appends part of a string, by UTF-16 offsets. */
    JinjaStringBuilder append(JinjaString piece, int from, int to) {
        if (piece.isUniform()) {
            return append(piece.text(), from, to, piece.isTrusted());
        }
        JinjaString part = piece.substring(from, to);
        for (RenderedPrompt.Segment segment : part.segments()) {
            append(part.text(), segment.start(), segment.end(), segment.trusted());
        }
        return this;
    }

    JinjaStringBuilder append(String piece, boolean trusted) {
        return append(piece, 0, piece.length(), trusted);
    }

    /** Appends punctuation and the like of the interpreter itself, which is as good as the template's. */
    JinjaStringBuilder append(String piece) {
        return append(piece, true);
    }

    private JinjaStringBuilder append(String piece, int from, int to, boolean trusted) {
        if (from >= to) {
            return this;
        }
        run.characters((long) to - from, (long) text.length() + to - from);
        if (text.isEmpty()) {
            firstTrusted = trusted;
        } else if (trusted != lastTrusted) {
            if (flipCount == flips.length) {
                flips = Arrays.copyOf(flips, 2 * flipCount);
            }
            flips[flipCount++] = text.length();
        }
        lastTrusted = trusted;
        text.append(piece, from, to);
        return this;
    }

    int length() {
        return text.length();
    }

    JinjaString build() {
        if (text.isEmpty()) {
            return JinjaString.EMPTY;
        }
        return new JinjaString(text.toString(), firstTrusted, Arrays.copyOf(flips, flipCount));
    }
}
