package wok.kernels;

import java.lang.foreign.Arena;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import wok.assembler.MachineFunction;
import wok.tensor.DType;

/**
 * Products of one row of activations, decoding a token, in machine code: one function for each family, assembled, and
 * compared with the reference, when it is first needed. Any thread; a {@link Workspace} belongs to one worker.
 */
final class MachineRowMatmul {
    private final MachineTier tier;
    private final PassedChecks checks;
    private final Arena arena = Arena.ofAuto();
    private final Map<QuantFormat, MachineFunction> quants = new ConcurrentHashMap<>();
    private final Map<DType, MachineFunction> floats = new ConcurrentHashMap<>();

    MachineRowMatmul(MachineTier tier, PassedChecks checks) {
        this.tier = tier;
        this.checks = checks;
    }

    /** Whether there is code for the matrix: all but quantised weights with 32-bit activations. */
    static boolean multiplies(PackedMatrix w) {
        return w instanceof PackedFloats || w.activationForm() != ActivationForm.F32;
    }

    /** Output groups {@code from} to {@code to - 1}, row 0 of x, of a matrix that {@link #multiplies}. */
    void run(PackedMatrix w, Activations x, FloatRows y, int from, int to, Workspace workspace) {
        switch (w) {
            case PackedFloats f -> workspace.machineRowProduct().run(code(f.type()), f, x.f32(), y, from, to);
            case PackedQuants q -> {
                QuantisedRows rows = x.prepared(q.activationForm());
                workspace.machineRowProduct().run(code(q.format()), q, rows, y, from, to);
            }
        }
    }

    /**
     * Assembles the code of the matrix's family, if it is not there.
     *
     * @throws KernelException if it differs from the reference
     */
    void admit(PackedMatrix w) {
        if (multiplies(w)) {
            MachineFunction _ = switch (w) {
                case PackedFloats f -> code(f.type());
                case PackedQuants q -> code(q.format());
            };
        }
    }

    /** A look-up allocates nothing, since every product begins with one. */
    private MachineFunction code(QuantFormat format) {
        MachineFunction present = quants.get(format);
        return present != null ? present : quants.computeIfAbsent(format, this::assemble);
    }

    private MachineFunction code(DType type) {
        MachineFunction present = floats.get(type);
        return present != null ? present : floats.computeIfAbsent(type, this::assemble);
    }

    private MachineFunction assemble(QuantFormat format) {
        MachineFunction made =
                MachineFunction.of("row product " + format.family(), RowProductCode.of(tier, format), arena);
        checks.once("row product of " + format.family(), List.of(made), () -> check(format, made));
        return made;
    }

    private static void check(QuantFormat format, MachineFunction made) {
        ProductCheck.run(
                format,
                format.superBlock() ? ActivationForm.Q8_BLOCK256 : ActivationForm.Q8_BLOCK32,
                1,
                (w, x, n, y) -> new MachineRowProduct()
                        .run(made, (PackedQuants) w, x.prepared(w.activationForm()), y, 0, w.groups()));
    }

    private MachineFunction assemble(DType type) {
        MachineFunction made = MachineFunction.of("row product " + type, FloatRowProductCode.of(tier, type), arena);
        checks.once("row product of " + type, List.of(made), () -> check(type, made));
        return made;
    }

    private static void check(DType type, MachineFunction made) {
        ProductCheck.run(
                type,
                1,
                (w, x, n, y) -> new MachineRowProduct().run(made, (PackedFloats) w, x.f32(), y, 0, w.groups()));
    }
}
