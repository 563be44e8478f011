package wok.model;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import wok.formats.GgufModel;
import wok.formats.HuggingFaceFolder;
import wok.formats.ModelSource;

/** How a file names the weights of each {@link TensorRole}. Immutable. */
sealed interface TensorNames {
    /** A name with its layer's number. */
    Pattern LAYER = Pattern.compile("(?:blk|(?:.*\\.)?layers)\\.(\\d+)\\..*");

    /** A tensor of the whole model, without its ending. */
    String ofModel(TensorRole role);

    /** A tensor of one layer, without its ending. */
    String ofLayer(int layer, TensorRole role);

    /**
     * What a matrix is called here that is called {@code stem} elsewhere.
     *
     * @param layers how many the model has
     */
    default Optional<String> translate(String stem, TensorNames elsewhere, int layers) {
        for (TensorRole role : TensorRole.values()) {
            if (elsewhere.ofModel(role).equals(stem)) {
                return Optional.of(ofModel(role));
            }
            for (int layer = 0; layer < layers; layer++) {
                if (elsewhere.ofLayer(layer, role).equals(stem)) {
                    return Optional.of(ofLayer(layer, role));
                }
            }
        }
        return Optional.empty();
    }

    /** Whether a tensor that no block uses is known to be of no use to the text model. */
    boolean isHarmless(String name);

    /** Whether a tensor belongs to a layer behind the last: those predict further tokens (nextn), which Wok leaves. */
    static boolean isBehind(int layers, String name) {
        Matcher matcher = LAYER.matcher(name);
        return matcher.matches() && matcher.group(1).length() < 8 && Integer.parseInt(matcher.group(1)) >= layers;
    }

    static TensorNames of(ModelSource source, Family family) {
        return switch (source) {
            case GgufModel gguf -> ofGguf(family);
            case HuggingFaceFolder folder -> Folder.of(folder.tensors().keySet(), FolderNames.of(family));
        };
    }

    /** The names in a family's GGUF files. */
    static TensorNames ofGguf(Family family) {
        return new Gguf(ownGgufNames(family));
    }

    /** What GGUF files of a family call otherwise: the norm behind attention by its place and not by its use. */
    private static Map<TensorRole, String> ownGgufNames(Family family) {
        return switch (family) {
            case GPT_OSS, GLM4_MOE -> Map.of(TensorRole.FEED_FORWARD_NORM, "post_attention_norm");
            default -> Map.of();
        };
    }

    /**
     * Names in GGUF files.
     *
     * @param own the family's own names
     */
    record Gguf(Map<TensorRole, String> own) implements TensorNames {
        /** The frequencies are the configuration's affair; the scales are of quantisers' own making. */
        private static final Pattern HARMLESS = Pattern.compile("rope_freqs\\.weight|rope_factors_(long|short)\\.weight"
                + "|blk\\.\\d+\\.attn_rot_embd(\\.weight)?|blk\\.\\d+\\.rope_freqs\\.weight");

        @Override
        public String ofModel(TensorRole role) {
            return role.ggufStem();
        }

        @Override
        public String ofLayer(int layer, TensorRole role) {
            return "blk." + layer + "." + own.getOrDefault(role, role.ggufStem());
        }

        @Override
        public boolean isHarmless(String name) {
            return HARMLESS.matcher(name).matches();
        }
    }

    /**
     * Names in Hugging Face folders.
     *
     * @param model what the names of the text model begin with
     * @param head what {@code lm_head} begins with
     * @param own the family's own names; the usual ones serve where the file has only those
     * @param names of the file
     */
    record Folder(String model, String head, Map<TensorRole, String> own, Set<String> names) implements TensorNames {
        /** Text models alone; the text part of multimodal ones before transformers 4.52, and since. */
        private static final List<String> MODEL_PREFIXES =
                List.of("model.", "language_model.model.", "model.language_model.", "");

        private static final Pattern HARMLESS = Pattern.compile(
                ".*rotary_emb\\.inv_freq|(model\\.)?(vision_tower|vision_model|multi_modal_projector)\\..*|.*\\.masked_bias");

        static Folder of(Set<String> names, Map<TensorRole, String> own) {
            String model = MODEL_PREFIXES.stream()
                    .filter(prefix -> names.contains(prefix + stem(TensorRole.EMBEDDING, own) + ".weight"))
                    .findFirst()
                    .orElse(MODEL_PREFIXES.getFirst());
            return new Folder(model, model.startsWith("language_model.") ? "language_model." : "", own, names);
        }

        private static String stem(TensorRole role, Map<TensorRole, String> own) {
            return own.getOrDefault(role, role.folderStem());
        }

        @Override
        public String ofModel(TensorRole role) {
            return (role == TensorRole.OUTPUT ? head : model) + stem(role, own);
        }

        @Override
        public String ofLayer(int layer, TensorRole role) {
            String start = model + "layers." + layer + ".";
            String usual = start + role.folderStem();
            String ofFamily = start + stem(role, own);
            return !has(ofFamily) && has(usual) ? usual : ofFamily;
        }

        private boolean has(String stem) {
            return names.contains(stem + ".weight") || names.contains(stem);
        }

        @Override
        public boolean isHarmless(String name) {
            return HARMLESS.matcher(name).matches() || name.equals(head + "lm_head.weight");
        }
    }
}
