package wok.convert;

import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import wok.tensor.DType;

/**
 * Chooses each tensor's storage type, as llama.cpp's quantise program mixes them ({@code llama_tensor_get_type_impl} and
 * {@code tensor_type_fallback}), so that a file of ours and one of theirs with the same name have the same size.
 *
 * <ul>
 *   <li>Quantised are matrices (and stacks of them) whose names end in {@code .weight}; not norms, routers, and the
 *       small ones of {@link #KEPT}. What is not quantised stays as it is, in F16 and BF16 files too.
 *   <li>The output matrix, or the embedding where the two are one, is Q6_K unless the file is Q8_0 or not quantised.
 *   <li>In the {@code _M} mixes, values and the feed-forward's last matrix are Q6_K in the first and last eighth of the
 *       layers and in every third one between; fused queries, keys and values are one step wider everywhere.
 *   <li>In Q4_K_S, IQ4_NL and Q4_0 some of the first layers are wider.
 *   <li>Models of eight experts have keys and values in Q8_0: they are small beside the experts.
 *   <li>A matrix whose rows are not whole super-blocks of 256 takes the next larger type with blocks of 32; one whose
 *       rows are not whole blocks of 32 is F16.
 * </ul>
 *
 * Layers are those of the tensors' names; llama.cpp counts the tensors of a kind instead, in the order of the names,
 * which is the same for models whose layers are alike.
 *
 * <p>Immutable; any thread.
 */
final class TypeMix {
    private static final Pattern LAYER = Pattern.compile("blk\\.(\\d+)\\..*");

    /** Parts of names of matrices that are never quantised. */
    private static final List<String> KEPT = List.of(
            "_norm.weight",
            "ffn_gate_inp.weight",
            "ffn_gate_tid2eid.weight",
            "altup",
            "laurel",
            "per_layer_model_proj",
            "ssm_conv1d",
            "shortconv.conv.weight",
            "indexer.k_proj.weight",
            "indexer.q_proj.weight",
            "attn_rel_b.weight",
            "position_embd",
            "token_types");

    private final Draft draft;
    private final QuantiseOptions options;
    private final List<String> valueTensors;

    TypeMix(Draft draft, QuantiseOptions options) {
        this.draft = draft;
        this.options = options;
        this.valueTensors = draft.tensors().stream()
                .map(DraftTensor::name)
                .filter(TypeMix::isValues)
                .sorted(java.util.Comparator.comparingInt(TypeMix::layer))
                .toList();
    }

    /** The type of a tensor in the file. */
    DType typeOf(DraftTensor tensor) {
        if (!isQuantised(tensor)) {
            return kept(tensor);
        }
        DType wanted = asked(tensor.name()).orElseGet(() -> mixed(tensor));
        return fitting(wanted, tensor.shape().columns());
    }

    private static boolean isQuantised(DraftTensor tensor) {
        return tensor.shape().rank() >= 2
                && tensor.name().endsWith("weight")
                && KEPT.stream().noneMatch(tensor.name()::contains);
    }

    /** Small tensors keep their precision; what others could not run in a norm or a bias is F32. */
    private static DType kept(DraftTensor tensor) {
        return switch (tensor.storedAs()) {
            case F16, BF16, F64 -> DType.F32;
            default -> tensor.storedAs();
        };
    }

    private Optional<DType> asked(String name) {
        if (isEmbedding(name) && options.embeddingType().isPresent()) {
            return options.embeddingType();
        }
        if (isOutput(name) && options.outputType().isPresent()) {
            return options.outputType();
        }
        return options.tensorTypes().stream()
                .filter(rule -> rule.pattern().matcher(name).find())
                .map(QuantiseOptions.Rule::type)
                .findFirst();
    }

    private DType mixed(DraftTensor tensor) {
        FileType file = options.type();
        DType plain = file.plain();
        String name = tensor.name();
        if (!plain.isQuantised()) {
            return plain;
        }
        if (isOutput(name) || (draft.isTied() && isEmbedding(name))) {
            return options.outputType()
                    .orElseGet(() -> outputType(tensor.shape().columns()));
        }
        if (file == FileType.MXFP4) {
            return tensor.shape().rank() > 2 || draft.dimensions().experts() == 0 ? DType.MXFP4 : DType.Q8_0;
        }
        if (isValues(name)) {
            return valueType(name);
        }
        if (name.contains("attn_k.weight") && draft.dimensions().experts() == 8) {
            return DType.Q8_0;
        }
        if (name.contains("ffn_down")) {
            return downType(layer(name));
        }
        return name.contains("attn_output.weight") && draft.dimensions().experts() == 8
                ? attentionOutputOfEight()
                : plain;
    }

    private DType outputType(long columns) {
        DType plain = options.type().plain();
        boolean isWide = plain == DType.Q8_0 || plain == DType.MXFP4 || columns % plain.blockElements() != 0;
        return isWide ? DType.Q8_0 : DType.Q6_K;
    }

    private DType valueType(String name) {
        DType plain = options.type().plain();
        int number = valueTensors.indexOf(name);
        DType type = switch (options.type()) {
            case Q4_K_M, Q5_K_M -> {
                if (hasMoreBits(number, valueTensors.size())) {
                    yield DType.Q6_K;
                }
                yield plain;
            }
            case Q4_K_S -> number < 4 ? DType.Q5_K : plain;
            case IQ4_NL -> draft.dimensions().heads() >= 4 * draft.dimensions().kvHeads() ? DType.Q5_K : plain;
            case F32, F16, BF16, Q8_0, Q4_0, Q4_1, Q5_0, Q5_1, Q5_K_S, Q6_K, MXFP4 -> plain;
        };
        return draft.dimensions().experts() == 8 ? DType.Q8_0 : type;
    }

    private DType downType(int layer) {
        DType plain = options.type().plain();
        boolean isEarly = layer < draft.dimensions().layers() / 8;
        boolean isMeasured = options.importance().isPresent();
        return switch (options.type()) {
            case Q4_K_M, Q5_K_M -> hasMoreBits(layer, draft.dimensions().layers()) ? DType.Q6_K : plain;
            case Q4_K_S -> isEarly ? DType.Q5_K : plain;
            case IQ4_NL -> isEarly && !isMeasured ? DType.Q5_K : plain;
            case Q4_0 -> isEarly && isMeasured ? DType.Q4_1 : plain;
            case Q5_0 -> isEarly && isMeasured ? DType.Q5_1 : plain;
            case F32, F16, BF16, Q8_0, Q4_1, Q5_1, Q5_K_S, Q6_K, MXFP4 -> plain;
        };
    }

    private DType attentionOutputOfEight() {
        return switch (options.type()) {
            case IQ4_NL, Q4_K_S, Q4_K_M -> DType.Q5_K;
            default -> options.type().plain();
        };
    }

    private static boolean hasMoreBits(int layer, int layers) {
        int eighth = layers / 8;
        return layer < eighth || layer >= 7 * layers / 8 || (layer - eighth) % 3 == 2;
    }

    private static DType fitting(DType wanted, long columns) {
        if (columns % wanted.blockElements() == 0) {
            return wanted;
        }
        DType wider = switch (wanted) {
            case Q4_K -> DType.Q5_0;
            case Q5_K -> DType.Q5_1;
            case Q6_K -> DType.Q8_0;
            default -> DType.F16;
        };
        return columns % wider.blockElements() == 0 ? wider : DType.F16;
    }

    private static boolean isEmbedding(String name) {
        return name.equals("token_embd.weight") || name.equals("per_layer_token_embd.weight");
    }

    private static boolean isOutput(String name) {
        return name.equals("output.weight");
    }

    private static boolean isValues(String name) {
        return name.contains("attn_v.weight") || name.contains("attn_qkv.weight") || name.contains("attn_kv_b.weight");
    }

    private static int layer(String name) {
        Matcher layer = LAYER.matcher(name);
        return layer.matches() && layer.group(1).length() < 6 ? Integer.parseInt(layer.group(1)) : 0;
    }
}
