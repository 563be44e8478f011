package wok.kernels;

import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import wok.assembler.MachineFunction;

/**
 * The assembled functions of attention of one shape. Immutable; any thread may call them. Their arguments are in the
 * classes that assemble them.
 *
 * @param keyPanel {@link KvPanelCode}
 * @param valuePanel {@link KvPanelCode}
 * @param scores {@link AttentionProductCode}: element n - 1 for panels of n blocks
 * @param values {@link AttentionProductCode}
 * @param streamedScores {@link KeyStreamCode}: element n - 1 for n queries; empty if blocks are not read directly
 * @param streamedValues {@link ValueStreamCode}, likewise
 * @param softmax {@link SoftmaxCode}
 * @param combine {@link SplitCombineCode}
 * @param result {@link SplitCombineCode}
 */
record AttentionCode(
        AttentionShape shape,
        MachineFunction keyPanel,
        MachineFunction valuePanel,
        List<MachineFunction> scores,
        MachineFunction values,
        List<MachineFunction> streamedScores,
        List<MachineFunction> streamedValues,
        MachineFunction softmax,
        MachineFunction combine,
        MachineFunction result) {

    AttentionCode {
        scores = List.copyOf(scores);
        streamedScores = List.copyOf(streamedScores);
        streamedValues = List.copyOf(streamedValues);
    }

    static AttentionCode assemble(AttentionShape shape, Arena arena) {
        List<MachineFunction> scores = new ArrayList<>();
        for (int blocks = 1; blocks <= AttentionShape.PANEL_BLOCKS; blocks++) {
            scores.add(AttentionProductCode.scores(shape, blocks, arena));
        }
        List<MachineFunction> streamedScores = new ArrayList<>();
        List<MachineFunction> streamedValues = new ArrayList<>();
        if (shape.type() == KvType.F16) {
            for (int queries = 1; queries <= shape.streamedQueries(); queries++) {
                streamedScores.add(KeyStreamCode.assemble(shape, queries, arena));
                streamedValues.add(ValueStreamCode.assemble(shape, queries, arena));
            }
        }
        return new AttentionCode(
                shape,
                KvPanelCode.keys(shape, arena),
                KvPanelCode.values(shape, arena),
                scores,
                AttentionProductCode.values(shape, arena),
                streamedScores,
                streamedValues,
                SoftmaxCode.assemble(shape, arena),
                SplitCombineCode.combine(shape, arena),
                SplitCombineCode.result(shape, arena));
    }
}
