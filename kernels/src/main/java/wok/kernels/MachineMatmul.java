package wok.kernels;

import java.lang.foreign.Arena;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import wok.tensor.DType;

/**
 * Matrix products of several tokens in machine code: {@code y[t][o] = sum over k of w[o][k] x[t][k]}, for prompts and for
 * many sequences at once, equal to {@link ReferenceMatmul} bit for bit.
 *
 * <p>How it works. The weights of two groups of 16 output rows and a chunk of some 512 columns are unpacked into a panel
 * of bytes (or floats) in the first-level cache ({@link PanelCode}); then all tokens pass by in tiles of up to six, whose
 * sums are in registers ({@link BlockTileCode}, {@link SuperBlockTileCode}, {@link FloatTileCode}): one load of x serves
 * two groups, one load of weights six tokens. Between chunks the sums are kept in y, which is exact. While a chunk is
 * multiplied, the packed weights of the next are fetched towards the cache, so that few tokens are bound by reading the
 * weights once and many by the multiply units alone. {@link MachineProduct} has the loops.
 *
 * <p>The code of a family is assembled, and compared with the reference, when it is first needed. Thread-safe; a workspace belongs to one worker.
 */
final class MachineMatmul {
    private final MachineTier tier;
    private final boolean amx;
    private final PassedChecks checks;
    private final Arena arena = Arena.ofAuto();
    private final Map<QuantFormat, ProductCode> quantised = new ConcurrentHashMap<>();
    private final Map<QuantFormat, ProductCode> exact = new ConcurrentHashMap<>();
    private final Map<DType, ProductCode> floats = new ConcurrentHashMap<>();

    /** Assembles for {@code tier}, and with AMX besides, which the process must have leave for. */
    MachineMatmul(MachineTier tier, boolean amx, PassedChecks checks) {
        this.tier = tier;
        this.amx = amx;
        this.checks = checks;
    }

    /**
     * Output groups {@code from} to {@code to - 1}.
     *
     * @param n tokens, 1 and more; made for 2 and more
     */
    void run(PackedMatrix w, Activations x, int n, FloatRows y, int from, int to, Workspace workspace) {
        workspace.machineProduct().run(code(w), w, x, n, y, from, to);
    }

    /**
     * Assembles the code of the matrix's family, if it is not there.
     *
     * @throws KernelException if it differs from the reference
     */
    void admit(PackedMatrix w) {
        ProductCode _ = code(w);
    }

    /** The family's code; a look-up allocates nothing, since every model's product begins with one. */
    ProductCode code(PackedMatrix w) {
        ProductCode present = switch (w) {
            case PackedFloats f -> floats.get(f.type());
            case PackedQuants q -> codes(q).get(q.format());
        };
        return present != null ? present : assembled(w);
    }

    private Map<QuantFormat, ProductCode> codes(PackedQuants w) {
        return w.activationForm() == ActivationForm.F32 ? exact : quantised;
    }

    private ProductCode assembled(PackedMatrix w) {
        return switch (w) {
            case PackedFloats f -> floats.computeIfAbsent(f.type(), this::assemble);
            case PackedQuants q -> codes(q).computeIfAbsent(q.format(), format -> assemble(format, q.activationForm()));
        };
    }

    private ProductCode assemble(DType type) {
        ProductCode made = ProductCode.floats(type, tier, arena);
        checks.once(
                "products of " + type, made.functions(), () -> ProductCheck.run(type, made.tokensMax(), product(made)));
        return made;
    }

    private ProductCode assemble(QuantFormat format, ActivationForm form) {
        ProductCode made = form == ActivationForm.F32
                ? ProductCode.exact(format, tier, arena)
                : ProductCode.quantised(format, tier, amx, arena);
        checks.once(
                "products of " + format.family() + " with activations " + form,
                made.functions(),
                () -> check(format, form, made));
        return made;
    }

    private static void check(QuantFormat format, ActivationForm form, ProductCode made) {
        ProductCheck.run(format, form, made.tokensMax(), product(made));
        if (made.amx().isPresent()) {
            ProductCheck.compare(format, form, AmxFrame.TOKENS + 1, product(made.withoutAmx()), product(made));
        }
    }

    private static ProductCheck.Product product(ProductCode code) {
        return (w, x, n, y) -> new MachineProduct().run(code, w, x, n, y, 0, w.groups());
    }
}
