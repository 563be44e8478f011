package wok.assembler;

/** What an instruction's last operand may be: a register or memory. */
public sealed interface Operand permits Vec, Gpr, Mem, PoolConstant {}
