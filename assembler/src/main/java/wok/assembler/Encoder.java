package wok.assembler;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Bytes of x86-64 instructions: prefixes, operands, labels and the pool of constants. The mnemonics are in the
 * subclasses; this class knows how an encoding looks, not what an instruction does.
 *
 * <p>A vector instruction takes VEX (two or three bytes of prefix, registers 0 to 15, up to 256 bits) where that can say
 * what is meant, else EVEX (four bytes: 32 registers, 512 bits, masks, broadcasts, displacements counted in the
 * operand's size).
 *
 * <p>Source: Intel SDM volume 2, chapter 2 ("Instruction Format", "VEX Prefix", "EVEX Prefix"). One thread.
 */
abstract class Encoder {
    private static final int NO_DISPLACEMENT = 0;
    private static final int DISPLACEMENT_8 = 1;
    private static final int DISPLACEMENT_32 = 2;
    private static final int CONSTANT_ALIGNMENT = 64;

    /** More than any kernel needs; an endless loop of a generator ends here. */
    private static final int CODE_BYTES_MAX = 16 << 20;

    /** A 32-bit distance to a label that is written when the label's place is known. */
    private record Fixup(int at, int from, Label label) {}

    private byte[] code = new byte[1024];
    private int size;
    private boolean finished;
    private final List<Fixup> fixups = new ArrayList<>();
    private final Map<List<Integer>, Label> pool = new LinkedHashMap<>();
    private final Set<Gpr> mentioned = EnumSet.noneOf(Gpr.class);
    private final Set<Gpr> saved = EnumSet.noneOf(Gpr.class);
    private int lastEnd;

    /** A new place, to be bound with {@link #bind}. */
    public final Label label(String name) {
        return new Label(name, this);
    }

    /**
     * Says that the label is here.
     *
     * @throws IllegalStateException if it is bound already
     * @throws IllegalArgumentException if it is another assembler's
     */
    public final void bind(Label label) {
        label.checkOwner(this);
        label.bind(size);
    }

    /** A constant of 32-bit words behind the code; equal constants are kept once. Its address is a multiple of 64. */
    public final PoolConstant words(int... words) {
        List<Integer> key = Arrays.stream(words).boxed().toList();
        return new PoolConstant(pool.computeIfAbsent(key, k -> label("constant " + k)), false);
    }

    /** A 32-bit float constant. */
    public final PoolConstant floatConstant(float value) {
        return words(Float.floatToRawIntBits(value));
    }

    /** Says that an instruction reads or writes the register. */
    final void mention(Gpr register) {
        mentioned.add(register);
    }

    /** Says that the register was put on the stack. */
    final void save(Gpr register) {
        saved.add(register);
    }

    /** Says that what follows is reached by jumps alone. */
    final void endPath() {
        lastEnd = size;
    }

    /**
     * Whether the code keeps to the calling convention, as far as its text shows: a register that belongs to the caller
     * holds nothing of ours before it is saved, so one that is used must be pushed somewhere.
     *
     * @throws IllegalStateException if it does not: what is missing
     */
    final void checkFunction(String name) {
        Set<Gpr> lost = EnumSet.copyOf(Gpr.SAVED);
        lost.retainAll(mentioned);
        lost.removeAll(saved);
        if (!lost.isEmpty()) {
            throw new IllegalStateException(name + ": uses " + lost + " of its caller (expected: push and pop)");
        }
        if (lastEnd != size || size == 0) {
            throw new IllegalStateException(name + ": runs on behind its last instruction (expected: ret)");
        }
    }

    /** Bytes so far. */
    public final int size() {
        return size;
    }

    /**
     * The finished code with its constants; nothing may be added afterwards.
     *
     * @throws IllegalStateException if a label that is jumped to is not bound, or this was called before
     */
    public final byte[] finish() {
        checkUnfinished();
        for (Map.Entry<List<Integer>, Label> entry : pool.entrySet()) {
            while (size % CONSTANT_ALIGNMENT != 0) {
                emit(0xCC);
            }
            bind(entry.getValue());
            entry.getKey().forEach(this::emit32);
        }
        finished = true;
        for (Fixup fixup : fixups) {
            patch32(fixup.at(), fixup.label().position() - fixup.from());
        }
        return Arrays.copyOf(code, size);
    }

    final void emit(int value) {
        checkUnfinished();
        if (size == CODE_BYTES_MAX) {
            throw new IllegalStateException("code: more than " + size + " bytes (expected: at most)");
        }
        if (size == code.length) {
            code = Arrays.copyOf(code, 2 * size);
        }
        code[size++] = (byte) value;
    }

    private void checkUnfinished() {
        if (finished) {
            throw new IllegalStateException("code: finished (expected: nothing more after finish)");
        }
    }

    final void emit32(int value) {
        emit(value);
        emit(value >> 8);
        emit(value >> 16);
        emit(value >> 24);
    }

    final void emit64(long value) {
        emit32((int) value);
        emit32((int) (value >> 32));
    }

    private void patch32(int at, int value) {
        for (int i = 0; i < 4; i++) {
            code[at + i] = (byte) (value >> (8 * i));
        }
    }

    /** The distance from behind itself to a label, in 32 bits. */
    final void emitDistance(Label label, int bytesBehind) {
        label.checkOwner(this);
        fixups.add(new Fixup(size, size + 4 + bytesBehind, label));
        emit32(0);
    }

    /**
     * A vector instruction.
     *
     * @param reg the register in ModRM.reg: mostly the destination
     * @param second the register in vvvv, 0 if there is none
     * @param decoration whose mask and zeroing apply
     * @param immediateBytes of the immediate that the caller emits behind
     */
    final void vector(Instruction i, Width width, int reg, int second, Operand rm, Vec decoration, int immediateBytes) {
        checkOwner(rm);
        OperandRules.check(i, width, rm, decoration);
        boolean beyondVex = width == Width.ZMM
                || reg > 15
                || second > 15
                || (rm instanceof Vec v && v.number() > 15)
                || decoration.isMasked()
                || OperandRules.isBroadcast(rm);
        if (beyondVex && i.encodings() == Instruction.Encodings.VEX_ONLY) {
            String found = width.registers() + " and registers " + reg + ", " + second + ", " + rm;
            throw OperandRules.wrong(i, found, "0 to 15 of xmm or ymm, no broadcast: it is VEX only");
        }
        if (beyondVex || i.encodings() == Instruction.Encodings.EVEX_ONLY) {
            evexBytes(i, width, reg, second, rm, decoration, immediateBytes);
        } else {
            vex(i, width, reg, second, rm, immediateBytes);
        }
    }

    private void vex(Instruction i, Width width, int reg, int second, Operand rm, int immediateBytes) {
        int r = ~reg >> 3 & 1;
        int x = ~extension(rm, true) & 1;
        int b = ~extension(rm, false) & 1;
        int last = (~second & 15) << 3 | (width == Width.YMM ? 4 : 0) | i.prefixNumber();
        if (x == 1 && b == 1 && i.mapNumber() == 1 && i.vexW() == 0) {
            emit(0xC5);
            emit(r << 7 | last);
        } else {
            emit(0xC4);
            emit(r << 7 | x << 6 | b << 5 | i.mapNumber());
            emit(i.vexW() << 7 | last);
        }
        emit(i.opcode());
        operand(reg, rm, 1, immediateBytes);
    }

    /** As {@link #vector}, in EVEX whatever the operands are. */
    final void evex(Instruction i, Width width, int reg, int second, Operand rm, Vec decoration, int immediateBytes) {
        checkOwner(rm);
        OperandRules.check(i, width, rm, decoration);
        evexBytes(i, width, reg, second, rm, decoration, immediateBytes);
    }

    private void checkOwner(Operand rm) {
        if (rm instanceof PoolConstant constant) {
            constant.label().checkOwner(this);
        }
    }

    private void evexBytes(
            Instruction i, Width width, int reg, int second, Operand rm, Vec decoration, int immediateBytes) {
        boolean broadcast = OperandRules.isBroadcast(rm);
        int x = rm instanceof Vec v ? v.number() >> 4 : extension(rm, true);
        emit(0x62);
        emit((~reg >> 3 & 1) << 7
                | (~x & 1) << 6
                | (~extension(rm, false) & 1) << 5
                | (~reg >> 4 & 1) << 4
                | i.mapNumber());
        emit(i.evexW() << 7 | (~second & 15) << 3 | 4 | i.prefixNumber());
        emit((decoration.zeroing() ? 0x80 : 0)
                | width.number() << 5
                | (broadcast ? 0x10 : 0)
                | (~second >> 4 & 1) << 3
                | decoration.mask().number());
        emit(i.opcode());
        operand(reg, rm, i.memoryBytes(width, broadcast), immediateBytes);
    }

    /** Bit 3 of the register number that extends ModRM.rm (or SIB.base), or SIB.index. */
    static int extension(Operand rm, boolean index) {
        return switch (rm) {
            case Vec v -> index ? 0 : v.number() >> 3 & 1;
            case Gpr g -> index ? 0 : g.number() >> 3;
            case Mem m ->
                (index ? (m.hasIndex() ? m.index().number() : 0) : m.base().number()) >> 3;
            case PoolConstant c -> 0;
        };
    }

    /** As below, with a register as the other operand. */
    final void general(boolean wide, int[] opcode, Gpr reg, Operand rm, int immediateBytes) {
        mention(reg);
        general(wide, opcode, reg.number(), rm, immediateBytes);
    }

    /**
     * An instruction of the general registers: REX prefix, opcode, operand.
     *
     * @param wide whether it works on 64 bits (else 32)
     * @param reg a register's number, or the opcode's extension
     */
    final void general(boolean wide, int[] opcode, int reg, Operand rm, int immediateBytes) {
        checkOwner(rm);
        OperandRules.general(rm);
        int rex = 0x40 | (wide ? 8 : 0) | (reg >> 3) << 2 | extension(rm, true) << 1 | extension(rm, false);
        if (rex != 0x40) {
            emit(rex);
        }
        for (int b : opcode) {
            emit(b);
        }
        operand(reg, rm, 1, immediateBytes);
    }

    /** ModRM, SIB and displacement, which counts in units of {@code unit} bytes if it is short. */
    final void operand(int reg, Operand rm, int unit, int immediateBytes) {
        switch (rm) {
            case Vec v -> modRm(3, reg, v.number());
            case Gpr g -> {
                mention(g);
                modRm(3, reg, g.number());
            }
            case PoolConstant c -> {
                modRm(0, reg, 5);
                emitDistance(c.label(), immediateBytes);
            }
            case Mem m -> memory(reg, m, unit);
        }
    }

    private void memory(int reg, Mem m, int unit) {
        mention(m.base());
        if (m.hasIndex()) {
            mention(m.index());
        }
        int displacement = m.displacement();
        boolean isShort = displacement % unit == 0 && displacement / unit == (byte) (displacement / unit);
        boolean none = displacement == 0 && (m.base().number() & 7) != 5;
        int mode = none ? NO_DISPLACEMENT : isShort ? DISPLACEMENT_8 : DISPLACEMENT_32;
        boolean needsSib = m.hasIndex() || (m.base().number() & 7) == 4;
        modRm(mode, reg, needsSib ? 4 : m.base().number());
        if (needsSib) {
            emit(Integer.numberOfTrailingZeros(m.scale()) << 6
                    | (m.index().number() & 7) << 3
                    | (m.base().number() & 7));
        }
        if (mode == DISPLACEMENT_8) {
            emit(displacement / unit);
        } else if (mode == DISPLACEMENT_32) {
            emit32(displacement);
        }
    }

    private void modRm(int mode, int reg, int rm) {
        emit(mode << 6 | (reg & 7) << 3 | (rm & 7));
    }
}
