package wok.kernels;

import java.lang.foreign.Arena;
import java.util.List;
import wok.assembler.MachineFunction;

/**
 * The machine set's row operations: one assembled function each. Immutable; any thread.
 *
 * @param add see {@link ElementwiseCode}, as scale and softcap
 * @param rmsNorm see {@link RmsNormCode}
 * @param ropeOfHalves see {@link RopeCode}, as ropeOfNeighbours
 * @param silu see {@link GatedCode}, as gelu
 * @param quantise32 see {@link QuantiseCode}, as quantise256
 * @param sums see {@link SumsCode}
 * @param greatest see {@link VocabularyCode}, as firstEqual and sumOfExps
 */
record MachineRows(
        MachineFunction add,
        MachineFunction scale,
        MachineFunction softcap,
        MachineFunction rmsNorm,
        MachineFunction ropeOfHalves,
        MachineFunction ropeOfNeighbours,
        MachineFunction silu,
        MachineFunction gelu,
        MachineFunction quantise32,
        MachineFunction quantise256,
        MachineFunction sums,
        MachineFunction greatest,
        MachineFunction firstEqual,
        MachineFunction sumOfExps) {

    /** The functions for a tier; their code lives as long as the arena. */
    static MachineRows assemble(MachineTier tier, Arena arena) {
        return new MachineRows(
                ElementwiseCode.add(tier, arena),
                ElementwiseCode.scale(tier, arena),
                ElementwiseCode.softcap(tier, arena),
                RmsNormCode.rmsNorm(tier, arena),
                RopeCode.halves(tier, arena),
                RopeCode.neighbours(tier, arena),
                GatedCode.gated(GatedActivation.SILU, tier, arena),
                GatedCode.gated(GatedActivation.GELU_TANH, tier, arena),
                QuantiseCode.blocksOf32(tier, arena),
                QuantiseCode.blocksOf256(tier, arena),
                SumsCode.sums(tier, arena),
                VocabularyCode.greatest(tier, arena),
                VocabularyCode.firstEqual(tier, arena),
                VocabularyCode.sumOfExps(tier, arena));
    }

    /** All of them. */
    List<MachineFunction> functions() {
        return List.of(
                add,
                scale,
                softcap,
                rmsNorm,
                ropeOfHalves,
                ropeOfNeighbours,
                silu,
                gelu,
                quantise32,
                quantise256,
                sums,
                greatest,
                firstEqual,
                sumOfExps);
    }

    MachineFunction rope(RopePairing pairing) {
        return switch (pairing) {
            case HALVES -> ropeOfHalves;
            case NEIGHBOURS -> ropeOfNeighbours;
        };
    }

    MachineFunction gated(GatedActivation kind) {
        return switch (kind) {
            case SILU -> silu;
            case GELU_TANH -> gelu;
            case SWISH_ONE_MORE ->
                throw new IllegalArgumentException("kind: " + kind + " (expected: an assembled one)");
        };
    }

    /** The same with another function in the place of add: for tests of what notices a wrong kernel. */
    MachineRows withAdd(MachineFunction other) {
        return new MachineRows(
                other,
                scale,
                softcap,
                rmsNorm,
                ropeOfHalves,
                ropeOfNeighbours,
                silu,
                gelu,
                quantise32,
                quantise256,
                sums,
                greatest,
                firstEqual,
                sumOfExps);
    }
}
