package wok.kernels;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import wok.assembler.Assembler;
import wok.assembler.MachineFunction;

class AttentionCheckTest {
    private static AttentionShape shape(MachineTier tier, KvType type, int dims, int grouped) {
        return new AttentionShape(tier, type, dims, grouped, 0.25f, 0, false);
    }

    @Test
    void acceptsCodeOfManyShapes() {
        TestSets.machineTiers().forEach(tier -> {
            try (Arena arena = Arena.ofConfined()) {
                for (KvType type : KvType.values()) {
                    for (int dims : List.of(1, 31, 64, 80)) {
                        AttentionCheck.run(AttentionCode.assemble(shape(tier, type, dims, 1 + dims % 10), arena));
                    }
                }
            }
        });
    }

    @Test
    void refusesCodeThatDiffers() {
        TestSets.machineTiers().forEach(tier -> {
            try (Arena arena = Arena.ofConfined()) {
                AttentionCode right = AttentionCode.assemble(shape(tier, KvType.F16, 40, 2), arena);
                AttentionCode withoutStreams = with(right, right.softmax(), Optional.empty());
                AttentionCheck.run(withoutStreams);
                assertThatThrownBy(() -> AttentionCheck.run(with(right, nothing(arena), right.streams())))
                        .isInstanceOf(KernelException.class)
                        .hasMessageContaining("4 rows of AttentionShape[tier=" + tier);
                AttentionCode.Streams idle =
                        new AttentionCode.Streams(right.streams().get().scores(), nothing(arena));
                assertThatThrownBy(() -> AttentionCheck.run(with(right, right.softmax(), Optional.of(idle))))
                        .isInstanceOf(KernelException.class)
                        .hasMessageContaining("1 rows of");
            }
        });
    }

    private static AttentionCode with(
            AttentionCode code, MachineFunction softmax, Optional<AttentionCode.Streams> streams) {
        return new AttentionCode(
                code.shape(),
                code.keyPanel(),
                code.valuePanel(),
                code.scores(),
                code.values(),
                streams,
                softmax,
                code.combine(),
                code.result());
    }

    private static MachineFunction nothing(Arena arena) {
        Assembler code = new Assembler();
        code.ret();
        return MachineFunction.of("nothing", code, arena);
    }
}
