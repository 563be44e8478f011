package wok.synth;

import java.util.Arrays;
import java.util.Locale;
import wok.synth.SynthTensor.Role;
import wok.tensor.DType;

/**
 * What a GGUF file "mostly" is, and with it the type of each of its tensors, as llama.cpp's quantise program chooses
 * them without an importance matrix ({@code llama_tensor_get_type} and {@code tensor_type_fallback} in
 * llama-quant.cpp):
 *
 * <ul>
 *   <li>The output matrix, or the embedding where the two are one, is Q6_K unless the file is Q8_0 or not quantised.
 *   <li>In the {@code _M} mixes, values and the feed-forward's last matrix are Q6_K in the first and last eighth of the
 *       layers and in every third one between; in Q4_K_S, IQ4_NL and IQ4_XS some of them are Q5_K.
 *   <li>A matrix whose rows are not whole super-blocks of 256 takes the next larger type with blocks of 32.
 *   <li>Vectors are F32.
 * </ul>
 */
public enum SynthType {
    F32(0, DType.F32),
    F16(1, DType.F16),
    BF16(32, DType.BF16),
    Q8_0(7, DType.Q8_0),
    Q4_0(2, DType.Q4_0),
    Q4_1(3, DType.Q4_1),
    Q5_0(8, DType.Q5_0),
    Q5_1(9, DType.Q5_1),
    Q4_K_S(14, DType.Q4_K),
    Q4_K_M(15, DType.Q4_K),
    Q5_K_S(16, DType.Q5_K),
    Q5_K_M(17, DType.Q5_K),
    Q6_K(18, DType.Q6_K),
    IQ4_NL(25, DType.IQ4_NL),
    IQ4_XS(30, DType.IQ4_XS);

    private static final int VALUE_LAYERS_WIDER = 4;

    private final int fileType;
    private final DType plain;

    SynthType(int fileType, DType plain) {
        this.fileType = fileType;
        this.plain = plain;
    }

    /**
     * The type of that name.
     *
     * @throws SynthException if there is none
     */
    public static SynthType of(String name) {
        try {
            return valueOf(name.toUpperCase(Locale.ROOT));
        } catch (IllegalArgumentException e) {
            throw new SynthException("type: " + name + " (expected: one of " + Arrays.toString(values()) + ")", e);
        }
    }

    /** GGUF's {@code general.file_type}. */
    int fileType() {
        return fileType;
    }

    /** The type of one tensor of {@code shape}. */
    DType typeOf(SynthTensor tensor, SynthShape shape) {
        DType wanted = wanted(tensor, shape);
        return tensor.shape().columns() % wanted.blockElements() == 0
                ? wanted
                : fallback(wanted, tensor.shape().columns());
    }

    private DType wanted(SynthTensor tensor, SynthShape shape) {
        Role role = tensor.role();
        if (role == Role.VECTOR || role == Role.NORM || role == Role.ROUTER) {
            return DType.F32;
        }
        if (!plain.isQuantised() || plain == DType.Q8_0) {
            return plain;
        }
        if (role == Role.OUTPUT || (role == Role.EMBEDDING && shape.tied())) {
            return tensor.shape().columns() % plain.blockElements() == 0 ? DType.Q6_K : DType.Q8_0;
        }
        return switch (role) {
            case VALUE -> valueType(tensor.layer(), shape);
            case DOWN -> downType(tensor.layer(), shape.layers());
            case EMBEDDING, MATRIX, OUTPUT, ROUTER, NORM, VECTOR -> plain;
        };
    }

    private DType valueType(int layer, SynthShape shape) {
        return switch (this) {
            case Q4_K_M, Q5_K_M -> moreBits(layer, shape.layers()) ? DType.Q6_K : plain;
            case Q4_K_S -> layer < VALUE_LAYERS_WIDER ? DType.Q5_K : plain;
            case IQ4_NL, IQ4_XS -> shape.heads() >= 4 * shape.kvHeads() ? DType.Q5_K : plain;
            case F32, F16, BF16, Q8_0, Q4_0, Q4_1, Q5_0, Q5_1, Q5_K_S, Q6_K -> plain;
        };
    }

    private DType downType(int layer, int layers) {
        return switch (this) {
            case Q4_K_M, Q5_K_M -> moreBits(layer, layers) ? DType.Q6_K : plain;
            case Q4_K_S, IQ4_NL, IQ4_XS -> layer < layers / 8 ? DType.Q5_K : plain;
            case F32, F16, BF16, Q8_0, Q4_0, Q4_1, Q5_0, Q5_1, Q5_K_S, Q6_K -> plain;
        };
    }

    private static boolean moreBits(int layer, int layers) {
        int eighth = layers / 8;
        return layer < eighth || layer >= 7 * layers / 8 || (layer - eighth) % 3 == 2;
    }

    private static DType fallback(DType wanted, long columns) {
        DType wider = switch (wanted) {
            case Q4_K -> DType.Q5_0;
            case Q5_K -> DType.Q5_1;
            case Q6_K -> DType.Q8_0;
            case IQ4_XS -> DType.IQ4_NL;
            default -> DType.F16;
        };
        return columns % wider.blockElements() == 0 ? wider : DType.F16;
    }
}
