package wok.kernels;

import java.util.List;
import wok.assembler.Mem;
import wok.assembler.Vec;

/** What {@link LaneCode}'s operations take as their last operand: sixteen lanes, wherever they are. Immutable. */
sealed interface LaneOperand {
    /**
     * Sixteen 32-bit lanes in registers.
     *
     * @param parts one of 512 bits or two of 256, the lowest lanes first
     */
    record Sixteen(List<Vec> parts) implements LaneOperand {
        public Sixteen {
            parts = List.copyOf(parts);
        }

        Vec part(int index) {
            return parts.get(index);
        }

        /** The register with lane 0. */
        Vec low() {
            return parts.getFirst();
        }
    }

    /** 64 bytes of memory. */
    record InMemory(Mem at) implements LaneOperand {}

    /** The same 32 bits in all lanes. */
    record Constant(int bits) implements LaneOperand {}

    static LaneOperand at(Mem memory) {
        return new InMemory(memory);
    }

    static LaneOperand constant(float value) {
        return new Constant(Float.floatToRawIntBits(value));
    }

    static LaneOperand constantBits(int bits) {
        return new Constant(bits);
    }
}
