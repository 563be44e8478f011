package wok.kernels;

import java.lang.foreign.Arena;
import java.util.EnumMap;
import java.util.Map;

/**
 * One activation matrix: 32-bit float rows, and beside them the quantised forms that packed weights ask for. A form's
 * memory is allocated when it is first prepared, once. One owner thread writes and prepares; a team's workers read.
 */
public final class Activations {
    private final Arena arena;
    private final FloatRows f32;
    private final Map<ActivationForm, QuantisedRows> forms = new EnumMap<>(ActivationForm.class);

    private Activations(Arena arena, FloatRows f32) {
        this.arena = arena;
        this.f32 = f32;
    }

    public static Activations allocate(Arena arena, int rowsMax, int columns) {
        return new Activations(arena, FloatRows.allocate(arena, rowsMax, columns));
    }

    /** The rows as they are; what callers fill in. */
    public FloatRows f32() {
        return f32;
    }

    public int rowsMax() {
        return f32.rows();
    }

    public int columns() {
        return f32.columns();
    }

    /**
     * The memory of a quantised form, allocated at the first call.
     *
     * @param onHeap whether the set that multiplies reads copies on the heap
     */
    QuantisedRows allocated(ActivationForm form, boolean onHeap) {
        QuantisedRows present = forms.get(form);
        if (present != null && (present.heap().isPresent() || !onHeap)) {
            return present;
        }
        QuantisedRows made = QuantisedRows.allocate(arena, rowsMax(), columns(), form, onHeap);
        forms.put(form, made);
        return made;
    }

    /**
     * A quantised form that was prepared.
     *
     * @throws IllegalStateException if it never was
     */
    QuantisedRows prepared(ActivationForm form) {
        QuantisedRows present = forms.get(form);
        if (present == null) {
            throw new IllegalStateException("activations: no " + form + " (expected: Compute.prepare before matmul)");
        }
        return present;
    }
}
