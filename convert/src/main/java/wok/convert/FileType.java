package wok.convert;

import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import wok.formats.ModelSource;
import wok.tensor.DType;

/**
 * What a GGUF file "mostly" is: the plain type of its matrices, the name that people ask for, and the number of it in
 * {@code general.file_type} ({@code enum llama_ftype}). Which matrices differ, {@link TypeMix} knows.
 */
public enum FileType {
    F32(0, DType.F32),
    F16(1, DType.F16),
    BF16(32, DType.BF16),
    Q8_0(7, DType.Q8_0),
    Q4_0(2, DType.Q4_0),
    Q4_1(3, DType.Q4_1),
    Q5_0(8, DType.Q5_0),
    Q5_1(9, DType.Q5_1),
    IQ4_NL(25, DType.IQ4_NL),
    Q4_K_S(14, DType.Q4_K),
    Q4_K_M(15, DType.Q4_K),
    Q5_K_S(16, DType.Q5_K),
    Q5_K_M(17, DType.Q5_K),
    Q6_K(18, DType.Q6_K),
    /** Experts in MXFP4, the rest Q8_0; a model without experts is MXFP4 but for its output. */
    MXFP4(38, DType.MXFP4);

    private final int number;
    private final DType plain;

    FileType(int number, DType plain) {
        this.number = number;
        this.plain = plain;
    }

    /** The number in {@code general.file_type}. */
    public int number() {
        return number;
    }

    /** The type of most matrices. */
    public DType plain() {
        return plain;
    }

    /**
     * The type that keeps about the size of a folder's matrices: F32, F16, and BF16 for all others.
     *
     * @param source an opened model
     */
    public static FileType keeping(ModelSource source) {
        Map<DType, Long> bytes = new EnumMap<>(DType.class);
        source.tensors().values().stream()
                .filter(tensor -> tensor.shape().rank() > 1)
                .forEach(tensor -> bytes.merge(tensor.dtype(), tensor.bytes(), Long::sum));
        DType most = bytes.entrySet().stream()
                .max(Map.Entry.comparingByValue())
                .map(Map.Entry::getKey)
                .orElse(DType.F32);
        return switch (most) {
            case F32, F64 -> F32;
            case F16 -> F16;
            default -> BF16;
        };
    }

    /** The names of all. */
    public static List<String> names() {
        return Arrays.stream(values()).map(Enum::name).toList();
    }

    /**
     * The type of that name in any case; {@code Q4_K} and {@code Q5_K} are the mixes {@code _M}.
     *
     * @throws ConvertException if there is none
     */
    public static FileType of(String name) {
        String wanted = switch (name.toUpperCase(Locale.ROOT)) {
            case "Q4_K" -> "Q4_K_M";
            case "Q5_K" -> "Q5_K_M";
            case "MXFP4_MOE" -> "MXFP4";
            default -> name.toUpperCase(Locale.ROOT);
        };
        return find(wanted)
                .orElseThrow(() ->
                        new ConvertException("type: " + name + " (expected: " + String.join(", ", names()) + ")"));
    }

    private static Optional<FileType> find(String name) {
        return Arrays.stream(values()).filter(type -> type.name().equals(name)).findFirst();
    }

    /** The storage type of that name, for a single tensor. */
    static DType storageType(String name) {
        return Quantiser.TYPES.stream()
                .filter(type -> type.name().equalsIgnoreCase(name))
                .findFirst()
                .orElseThrow(
                        () -> new ConvertException("type: " + name + " (expected: one of " + Quantiser.TYPES + ")"));
    }
}
