/**
 * Machine code from Java: an {@link wok.assembler.Assembler} for the x86-64 instructions that kernels use,
 * {@link wok.assembler.ExecutableMemory} that holds them, {@link wok.assembler.MachineFunction} that calls them, and
 * {@link wok.assembler.CpuFeatures} that says what the CPU can do. No arithmetic of models, no native library.
 */
package wok.assembler;
