package wok.kernels;

import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import wok.assembler.MachineFunction;

/**
 * The assembled functions of attention of one shape. Immutable; any thread may call them. Their arguments are in the
 * classes that assemble them.
 *
 * @param keyPanel {@link KvPanelCode}
 * @param valuePanel {@link KvPanelCode}
 * @param scores {@link AttentionProductCode}
 * @param values {@link AttentionProductCode}
 * @param streams present if blocks can be read directly
 * @param softmax {@link SoftmaxCode}
 * @param combine {@link SplitCombineCode}
 * @param result {@link SplitCombineCode}
 */
record AttentionCode(
        AttentionShape shape,
        MachineFunction keyPanel,
        MachineFunction valuePanel,
        MachineFunction scores,
        MachineFunction values,
        Optional<Streams> streams,
        MachineFunction softmax,
        MachineFunction combine,
        MachineFunction result) {

    /**
     * Functions that read blocks directly, for {@link AttentionShape#streamedQueries} queries.
     *
     * @param scores {@link KeyStreamCode}
     * @param values {@link ValueStreamCode}
     */
    record Streams(MachineFunction scores, MachineFunction values) {
        static Streams assemble(AttentionShape shape, Arena arena) {
            return new Streams(KeyStreamCode.assemble(shape, arena), ValueStreamCode.assemble(shape, arena));
        }
    }

    /** All of them. */
    List<MachineFunction> functions() {
        List<MachineFunction> all =
                new ArrayList<>(List.of(keyPanel, valuePanel, scores, values, softmax, combine, result));
        streams.ifPresent(of -> all.addAll(List.of(of.scores(), of.values())));
        return all;
    }

    static AttentionCode assemble(AttentionShape shape, Arena arena) {
        return new AttentionCode(
                shape,
                KvPanelCode.keys(shape, arena),
                KvPanelCode.values(shape, arena),
                AttentionProductCode.scores(shape, arena),
                AttentionProductCode.values(shape, arena),
                shape.type() == KvType.F16 && !shape.joined()
                        ? Optional.of(Streams.assemble(shape, arena))
                        : Optional.empty(),
                SoftmaxCode.assemble(shape, arena),
                SplitCombineCode.combine(shape, arena),
                SplitCombineCode.result(shape, arena));
    }
}
