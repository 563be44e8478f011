package wok.assembler;

/**
 * A constant behind the code, addressed from the instruction pointer; made by {@link Assembler#words}.
 *
 * @param broadcasts whether its first 32-bit element is given to all lanes
 */
public record PoolConstant(Label label, boolean broadcasts) implements Operand {
    /** The first 32-bit element for all lanes ({@code {1to16}}, AVX-512 only). */
    public PoolConstant broadcast() {
        return new PoolConstant(label, true);
    }
}
