package wok.assembler;

/**
 * A place in the code that jumps and constants name. Bound once by the {@link Assembler} that made it; one thread.
 */
public final class Label {
    private static final int UNBOUND = -1;

    private final String name;
    private final Encoder owner;
    private int position = UNBOUND;

    Label(String name, Encoder owner) {
        this.name = name;
        this.owner = owner;
    }

    void bind(int at) {
        if (isBound()) {
            throw new IllegalStateException("label: " + name + " is bound twice (expected: once)");
        }
        position = at;
    }

    void checkOwner(Encoder encoder) {
        if (!owner.equals(encoder)) {
            throw new IllegalArgumentException(
                    "label: " + name + " of another assembler (expected: one that this assembler made)");
        }
    }

    boolean isBound() {
        return position != UNBOUND;
    }

    int position() {
        if (!isBound()) {
            throw new IllegalStateException("label: " + name + " is not bound (expected: Assembler.bind)");
        }
        return position;
    }

    @Override
    public String toString() {
        return name;
    }
}
