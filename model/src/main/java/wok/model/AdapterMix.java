package wok.model;

import java.util.List;

/**
 * The adapters that a sequence is computed with, each with a factor. Equal mixes give equal numbers: they may share
 * cached prefixes. Immutable; any thread.
 *
 * @param parts in the order in which they are added
 */
public record AdapterMix(List<Part> parts) {
    private static final AdapterMix NONE = new AdapterMix(List.of());

    /**
     * One adapter.
     *
     * @param factor multiplies the adapter's own scale
     */
    public record Part(Adapter adapter, float factor) {
        public Part {
            ConfigRule.require(Float.isFinite(factor), "factor of adapter " + adapter, factor, "a finite number");
        }
    }

    public AdapterMix {
        parts = List.copyOf(parts);
    }

    /** The model as it is. */
    public static AdapterMix none() {
        return NONE;
    }

    /** One adapter as it was trained. */
    public static AdapterMix of(Adapter adapter) {
        return new AdapterMix(List.of(new Part(adapter, 1)));
    }

    public boolean isNone() {
        return parts.isEmpty();
    }
}
