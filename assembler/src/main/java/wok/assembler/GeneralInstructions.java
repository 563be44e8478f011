package wok.assembler;

/**
 * The instructions of the general registers: addresses, counters, jumps. Destination first, as in Intel's manuals.
 * Arithmetic is 64 bits wide unless a name says 32. Source: Intel SDM volume 2.
 */
abstract class GeneralInstructions extends Encoder {
    private static final int IMMEDIATE_8 = 1;
    private static final int IMMEDIATE_32 = 4;

    /** {@link ExecutableMemory} promises no more for every function. */
    private static final int CODE_ALIGNMENT_MAX = 64;

    public final void mov(Gpr to, Operand from) {
        general(true, opcode(0x8B), to, from, 0);
    }

    public final void mov(Mem to, Gpr from) {
        general(true, opcode(0x89), from, to, 0);
    }

    /** The 32-bit word, the upper half becomes zero. */
    public final void mov32(Gpr to, Operand from) {
        general(false, opcode(0x8B), to, from, 0);
    }

    public final void mov32(Mem to, Gpr from) {
        general(false, opcode(0x89), from, to, 0);
    }

    /** In the shortest form that holds the number. */
    public final void mov(Gpr to, long immediate) {
        if (immediate >= 0 && immediate <= 0xFFFF_FFFFL) {
            emitRexB(false, to);
            emit(0xB8 | (to.number() & 7));
            emit32((int) immediate);
        } else if (immediate == (int) immediate) {
            general(true, opcode(0xC7), 0, to, IMMEDIATE_32);
            emit32((int) immediate);
        } else {
            emitRexB(true, to);
            emit(0xB8 | (to.number() & 7));
            emit64(immediate);
        }
    }

    private void emitRexB(boolean wide, Gpr register) {
        mention(register);
        int rex = 0x40 | (wide ? 8 : 0) | register.number() >> 3;
        if (rex != 0x40) {
            emit(rex);
        }
    }

    /** The byte, zero-extended. */
    public final void movzxByte(Gpr to, Mem from) {
        general(false, opcode(0x0F, 0xB6), to, from, 0);
    }

    /** The byte, sign-extended to 64 bits. */
    public final void movsxByte(Gpr to, Mem from) {
        general(true, opcode(0x0F, 0xBE), to, from, 0);
    }

    /** The 16-bit word, zero-extended. */
    public final void movzxWord(Gpr to, Mem from) {
        general(false, opcode(0x0F, 0xB7), to, from, 0);
    }

    /** The 32-bit word, sign-extended. */
    public final void movsxd(Gpr to, Operand from) {
        general(true, opcode(0x63), to, from, 0);
    }

    public final void lea(Gpr to, Operand address) {
        OperandRules.memory("lea", address);
        general(true, opcode(0x8D), to, address, 0);
    }

    public final void add(Gpr to, Operand from) {
        general(true, opcode(0x03), to, from, 0);
    }

    public final void add(Gpr to, long immediate) {
        arithmetic(0, to, immediate);
    }

    public final void sub(Gpr to, Operand from) {
        general(true, opcode(0x2B), to, from, 0);
    }

    public final void sub(Gpr to, long immediate) {
        arithmetic(5, to, immediate);
    }

    public final void and(Gpr to, long immediate) {
        arithmetic(4, to, immediate);
    }

    public final void and(Gpr to, Operand from) {
        general(true, opcode(0x23), to, from, 0);
    }

    public final void or(Gpr to, Operand from) {
        general(true, opcode(0x0B), to, from, 0);
    }

    public final void xor(Gpr to, Operand from) {
        general(true, opcode(0x33), to, from, 0);
    }

    public final void cmp(Gpr a, Operand b) {
        general(true, opcode(0x3B), a, b, 0);
    }

    public final void cmp(Gpr a, long immediate) {
        arithmetic(7, a, immediate);
    }

    public final void test(Gpr a, Gpr b) {
        general(true, opcode(0x85), b, a, 0);
    }

    private void arithmetic(int extension, Gpr to, long immediate) {
        if (immediate == (byte) immediate) {
            general(true, opcode(0x83), extension, to, IMMEDIATE_8);
            emit((int) immediate);
        } else {
            int word = OperandRules.signed32("immediate", immediate);
            if (to == Gpr.RAX) {
                emit(0x48);
                emit(extension << 3 | 5);
            } else {
                general(true, opcode(0x81), extension, to, IMMEDIATE_32);
            }
            emit32(word);
        }
    }

    public final void imul(Gpr to, Operand from) {
        general(true, opcode(0x0F, 0xAF), to, from, 0);
    }

    /** {@code to = from * immediate}. */
    public final void imul(Gpr to, Operand from, int immediate) {
        boolean isShort = immediate == (byte) immediate;
        general(true, opcode(isShort ? 0x6B : 0x69), to, from, isShort ? IMMEDIATE_8 : IMMEDIATE_32);
        if (isShort) {
            emit(immediate);
        } else {
            emit32(immediate);
        }
    }

    public final void shl(Gpr register, int bits) {
        shift(4, register, bits);
    }

    public final void shr(Gpr register, int bits) {
        shift(5, register, bits);
    }

    public final void sar(Gpr register, int bits) {
        shift(7, register, bits);
    }

    private void shift(int extension, Gpr register, int bits) {
        if (bits < 0 || bits > 63) {
            throw new IllegalArgumentException("bits: " + bits + " (expected: 0 to 63)");
        }
        if (bits == 1) {
            general(true, opcode(0xD1), extension, register, 0);
        } else {
            general(true, opcode(0xC1), extension, register, IMMEDIATE_8);
            emit(bits);
        }
    }

    public final void neg(Gpr register) {
        general(true, opcode(0xF7), 3, register, 0);
    }

    public final void not(Gpr register) {
        general(true, opcode(0xF7), 2, register, 0);
    }

    public final void inc(Gpr register) {
        general(true, opcode(0xFF), 0, register, 0);
    }

    public final void dec(Gpr register) {
        general(true, opcode(0xFF), 1, register, 0);
    }

    /** Copies if the condition holds. */
    public final void cmov(Condition condition, Gpr to, Operand from) {
        general(true, opcode(0x0F, 0x40 | condition.code()), to, from, 0);
    }

    /** On the stack; {@link MachineFunction#of} takes this as saving what the caller had in it. */
    public final void push(Gpr register) {
        save(register);
        emitRexB(false, register);
        emit(0x50 | (register.number() & 7));
    }

    public final void pop(Gpr register) {
        emitRexB(false, register);
        emit(0x58 | (register.number() & 7));
    }

    /** Jumps if the condition holds: two bytes backwards over a short distance, else six. */
    public final void jump(Condition condition, Label to) {
        if (isNear(to)) {
            emit(0x70 | condition.code());
            emit(to.position() - (size() + 1));
        } else {
            emit(0x0F);
            emit(0x80 | condition.code());
            emitDistance(to, 0);
        }
    }

    /** Jumps: two bytes backwards over a short distance, else five. */
    public final void jump(Label to) {
        if (isNear(to)) {
            emit(0xEB);
            emit(to.position() - (size() + 1));
        } else {
            emit(0xE9);
            emitDistance(to, 0);
        }
        endPath();
    }

    /** Whether a jump of two bytes reaches the label; forward that is not known yet. */
    private boolean isNear(Label to) {
        to.checkOwner(this);
        return to.isBound() && to.position() - (size() + 2) >= Byte.MIN_VALUE;
    }

    public final void call(Label to) {
        emit(0xE8);
        emitDistance(to, 0);
    }

    public final void ret() {
        emit(0xC3);
        endPath();
    }

    /** The bit mask of a run of low bits: {@code to = from with bits count and above cleared} (BMI2). */
    public final void bzhi(Gpr to, Gpr from, Gpr count) {
        mention(to);
        mention(count);
        vector(Instruction.BZHI, Width.XMM, to.number(), count.number(), from, Vec.xmm(0), 0);
    }

    /** Into the first-level cache. */
    public final void prefetcht0(Mem address) {
        general(false, opcode(0x0F, 0x18), 1, address, 0);
    }

    /** Into the second-level cache. */
    public final void prefetcht1(Mem address) {
        general(false, opcode(0x0F, 0x18), 2, address, 0);
    }

    /** Past the outer caches: read once. */
    public final void prefetchnta(Mem address) {
        general(false, opcode(0x0F, 0x18), 0, address, 0);
    }

    public final void cpuid() {
        emit(0x0F);
        emit(0xA2);
    }

    /** Reads the extended control register that RCX names into RDX:RAX. */
    public final void xgetbv() {
        emit(0x0F);
        emit(0x01);
        emit(0xD0);
    }

    /** Fills up to a multiple of {@code alignment} with no-operations: for heads of hot loops. */
    public final void align(int alignment) {
        if (alignment < 1 || alignment > CODE_ALIGNMENT_MAX || Integer.bitCount(alignment) != 1) {
            throw OperandRules.wrong("alignment", alignment, "a power of two up to " + CODE_ALIGNMENT_MAX);
        }
        int missing = Math.floorMod(-size(), alignment);
        while (missing > 0) {
            int bytes = Math.min(missing, NOPS.length);
            for (int b : NOPS[bytes - 1]) {
                emit(b);
            }
            missing -= bytes;
        }
    }

    /** The recommended no-operations of one to nine bytes. Source: Intel SDM volume 2, NOP. */
    private static final int[][] NOPS = {
        {0x90},
        {0x66, 0x90},
        {0x0F, 0x1F, 0x00},
        {0x0F, 0x1F, 0x40, 0x00},
        {0x0F, 0x1F, 0x44, 0x00, 0x00},
        {0x66, 0x0F, 0x1F, 0x44, 0x00, 0x00},
        {0x0F, 0x1F, 0x80, 0x00, 0x00, 0x00, 0x00},
        {0x0F, 0x1F, 0x84, 0x00, 0x00, 0x00, 0x00, 0x00},
        {0x66, 0x0F, 0x1F, 0x84, 0x00, 0x00, 0x00, 0x00, 0x00}
    };

    private static int[] opcode(int... bytes) {
        return bytes;
    }
}
