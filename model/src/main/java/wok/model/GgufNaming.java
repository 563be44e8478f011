package wok.model;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import wok.formats.HuggingFaceFolder;

/**
 * The weights of a Hugging Face folder with the names that GGUF has for them: both from {@link TensorRole}, by which the
 * weights are read for running too. Whoever converts a model asks here, and learns what the family's converters change
 * in the numbers. Stateless; any thread.
 */
public final class GgufNaming {
    /** What becomes of a weight's numbers. */
    public enum Change {
        /** Nothing. */
        NONE,
        /** Rows of each query head are put in the order in which neighbours turn together. */
        QUERY_ROWS,
        /** The same for key heads. */
        KEY_ROWS,
        /** 1 is added. */
        PLUS_ONE,
        /** The same, in the norm of queries, which takes in what scores are scaled by beside the head's size. */
        QUERY_NORM_PLUS_ONE
    }

    /**
     * A tensor of the GGUF file.
     *
     * @param name in the file
     * @param sources the folder's tensors that it is made of: one, or one for each expert
     * @param layer its layer, or -1
     */
    public record Weight(String name, List<String> sources, int layer, Change change) {
        public Weight {
            sources = List.copyOf(sources);
        }
    }

    private static final List<String> ENDINGS = List.of(".weight", ".bias");

    private final HuggingFaceFolder folder;
    private final ModelConfig config;
    private final TensorNames folderNames;
    private final TensorNames ggufNames;
    private final List<Weight> weights = new ArrayList<>();

    private GgufNaming(HuggingFaceFolder folder, ModelConfig config) {
        this.folder = folder;
        this.config = config;
        this.folderNames = TensorNames.of(folder, config.family());
        this.ggufNames = TensorNames.ofGguf(config.family());
    }

    /**
     * What GGUF calls the architecture of a family.
     *
     * @return empty for one that cannot be converted
     */
    public static Optional<String> architecture(Family family) {
        return Optional.ofNullable(
                switch (family) {
                    case LLAMA, MISTRAL, MIXTRAL -> "llama";
                    case QWEN2 -> "qwen2";
                    case QWEN3 -> "qwen3";
                    case QWEN3_MOE -> "qwen3moe";
                    case MINIMAX_M2 -> "minimax-m2";
                    case GEMMA3 -> "gemma3";
                    default -> null;
                });
    }

    /**
     * All weights, those of the whole model first, then layer by layer.
     *
     * @throws ModelException if the folder has a tensor of the model that has no name in GGUF
     */
    public static List<Weight> of(HuggingFaceFolder folder, ModelConfig config) {
        GgufNaming naming = new GgufNaming(folder, config);
        for (TensorRole role : List.of(TensorRole.EMBEDDING, TensorRole.OUTPUT_NORM, TensorRole.OUTPUT)) {
            naming.add(-1, role);
        }
        for (int layer = 0; layer < config.layers().size(); layer++) {
            for (TensorRole role : TensorRole.values()) {
                if (naming.isOfLayer(layer, role)) {
                    naming.add(layer, role);
                }
            }
        }
        naming.requireAllNamed();
        return List.copyOf(naming.weights);
    }

    /** Two roles share a name in folders; which of them it is, the placement of norms says. */
    private boolean isOfLayer(int layer, TensorRole role) {
        boolean isBefore = switch (config.layers().get(layer).norms()) {
            case BEFORE, PARALLEL -> true;
            case BEFORE_AND_AFTER, AFTER -> false;
        };
        return switch (role) {
            case EMBEDDING, OUTPUT_NORM, OUTPUT -> false;
            case FEED_FORWARD_NORM -> isBefore;
            case ATTENTION_AFTER_NORM, FEED_FORWARD_NORM_OF_FOUR, FEED_FORWARD_AFTER_NORM -> !isBefore;
            default -> true;
        };
    }

    private void add(int layer, TensorRole role) {
        if (role == TensorRole.OUTPUT && config.tiedEmbeddings()) {
            return; // GGUF says that embeddings are tied by having no output matrix
        }
        String from = layer < 0 ? folderNames.ofModel(role) : folderNames.ofLayer(layer, role);
        String to = layer < 0 ? ggufNames.ofModel(role) : ggufNames.ofLayer(layer, role);
        for (String ending : ENDINGS) {
            List<String> sources = sources(from + ending);
            if (!sources.isEmpty()) {
                weights.add(new Weight(to + ending, sources, layer, change(role)));
            }
        }
        if (folder.tensors().containsKey(from)) { // a whole name already, or one without an ending
            String name = to.endsWith(".bias") || to.endsWith(".weight") ? to : to + ".weight";
            weights.add(new Weight(name, List.of(from), layer, Change.NONE));
        }
    }

    private List<String> sources(String name) {
        if (!name.contains("{e}")) {
            return folder.tensors().containsKey(name) ? List.of(name) : List.of();
        }
        List<String> experts = new ArrayList<>();
        for (int e = 0; folder.tensors().containsKey(name.replace("{e}", Integer.toString(e))); e++) {
            experts.add(name.replace("{e}", Integer.toString(e)));
        }
        return experts;
    }

    private Change change(TensorRole role) {
        boolean plusOne = config.family().normsAddOneInFolders();
        return switch (role) {
            case QUERY -> config.family().permutesHeadsInGguf() ? Change.QUERY_ROWS : Change.NONE;
            case KEY -> config.family().permutesHeadsInGguf() ? Change.KEY_ROWS : Change.NONE;
            case QUERY_NORM -> plusOne ? Change.QUERY_NORM_PLUS_ONE : Change.NONE;
            case OUTPUT_NORM,
                    ATTENTION_NORM,
                    KEY_NORM,
                    ATTENTION_AFTER_NORM,
                    FEED_FORWARD_NORM,
                    FEED_FORWARD_NORM_OF_FOUR,
                    FEED_FORWARD_AFTER_NORM -> plusOne ? Change.PLUS_ONE : Change.NONE;
            default -> Change.NONE;
        };
    }

    private void requireAllNamed() {
        Set<String> named = new HashSet<>();
        weights.forEach(weight -> named.addAll(weight.sources()));
        Optional<String> nameless = folder.tensors().keySet().stream()
                .filter(name -> !named.contains(name) && !folderNames.isHarmless(name))
                .filter(name -> !TensorNames.isBehind(config.layers().size(), name))
                .findFirst();
        if (nameless.isPresent()) {
            throw new ModelException(
                    folder.path() + ": tensor " + nameless.get() + ": has no name in GGUF (expected: a "
                            + config.family().label() + " model as transformers names its weights)");
        }
    }
}
