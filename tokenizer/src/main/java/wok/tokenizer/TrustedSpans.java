package wok.tokenizer;

import java.util.List;

/** Which characters of a prompt are the program's own. Immutable; any thread may use it. */
final class TrustedSpans {
    private final List<RenderedPrompt.Segment> segments;

    /**
     * @param segments in order, without gaps
     */
    TrustedSpans(List<RenderedPrompt.Segment> segments) {
        this.segments = segments;
    }

    /** Whether every character of a stretch that is not empty is trusted. */
    boolean covers(int start, int end) {
        int index = indexOf(start);
        while (index < segments.size() && segments.get(index).start() < end) {
            if (!segments.get(index).trusted()) {
                return false;
            }
            index++;
        }
        return true;
    }

    private int indexOf(int place) {
        int low = 0;
        int high = segments.size() - 1;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (segments.get(middle).end() <= place) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }
}
