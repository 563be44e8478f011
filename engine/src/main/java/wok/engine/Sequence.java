package wok.engine;

import java.util.Arrays;
import java.util.Optional;

/**
 * One generation on the engine's thread: its tokens, the blocks that hold their keys and values, and how far it is.
 * Created on the submitting thread, from then on the engine's alone.
 *
 * <p>The tokens that are in the context are {@code tokens[0 … length)}; keys and values exist for the first
 * {@code computed} of them. One missing is a decode step, more are a prompt (or what was lost to a preemption or a
 * shift of the context). That is all the state there is: nothing else tells a prefill from a decode.
 */
final class Sequence {
    private final GenerationRequest request;
    private final GenerationStream stream;
    private final AnswerAssembler answer;
    private final Optional<SequenceBreakers> breakers;
    private final int promptLength;
    private final int contextMax;
    private final long submittedNanos;

    private int[] tokens;
    private int length;
    private int computed;

    private final int[] blockTable;
    private int blocks;
    private int registered;
    private final long root;
    private long node;
    private final HeldState state = new HeldState();

    private int[] forced = new int[0];
    private int forcedNext;
    private boolean closingForced;

    private boolean begun;
    private int cachedPromptTokens;
    private int completionTokens;
    private int reasoningTokens;
    private long firstRowNanos;
    private long firstTokenNanos;
    private long lastTokenNanos;

    /**
     * @param contextMax tokens that the sequence may hold
     * @param root where its prefixes begin: sequences with other adapters have others
     */
    Sequence(
            GenerationRequest request,
            GenerationStream stream,
            Vocabulary vocabulary,
            int contextMax,
            long root,
            long nowNanos) {
        this.root = root;
        node = root;
        this.request = request;
        this.stream = stream;
        this.contextMax = contextMax;
        tokens = request.promptTokens();
        promptLength = tokens.length;
        length = promptLength;
        submittedNanos = nowNanos;
        answer = new AnswerAssembler(vocabulary, request, tokens, stream);
        breakers = breakers(vocabulary);
        long positions = Math.min(contextMax, (long) promptLength + request.tokensMax());
        blockTable = new int[KvBlockPool.blocksFor((int) positions)];
    }

    private Optional<SequenceBreakers> breakers(Vocabulary vocabulary) {
        DryOptions dry = request.sampling().dry();
        if (!dry.active()) {
            return Optional.empty();
        }
        SequenceBreakers made = new SequenceBreakers(vocabulary, dry.sequenceBreakers());
        for (int token : tokens) {
            made.accept(token);
        }
        return Optional.of(made);
    }

    GenerationRequest request() {
        return request;
    }

    GenerationStream stream() {
        return stream;
    }

    AnswerAssembler answer() {
        return answer;
    }

    // The context.

    int[] tokens() {
        return tokens;
    }

    int length() {
        return length;
    }

    int computed() {
        return computed;
    }

    /** Tokens without keys and values: 1 for a decode step. */
    int missing() {
        return length - computed;
    }

    void computed(int rows) {
        computed += rows;
    }

    /** Whether no further token has room. */
    boolean contextFull() {
        return length >= contextMax;
    }

    int sinceBreaker() {
        return breakers.map(SequenceBreakers::since).orElse(0);
    }

    /** The next token's place in all that was ever said; a shift of the context doesn't change it. */
    long position() {
        return (long) promptLength + completionTokens;
    }

    void append(int token) {
        if (length == tokens.length) {
            tokens = Arrays.copyOf(tokens, Math.min(contextMax, Math.max(16, length + length / 2)));
        }
        tokens[length++] = token;
        breakers.ifPresent(counter -> counter.accept(token));
    }

    /**
     * Drops the older half of what may be dropped. All blocks must have been given back.
     *
     * @return whether there was anything to drop
     */
    boolean shiftContext() {
        int keep = request.contextKeep();
        int dropped = (length - keep) / 2;
        if (dropped <= 0) {
            return false;
        }
        System.arraycopy(tokens, keep + dropped, tokens, keep, length - keep - dropped);
        length -= dropped;
        return true;
    }

    // Memory.

    int[] blockTable() {
        return blockTable;
    }

    int blocks() {
        return blocks;
    }

    /** Blocks that its tokens need beyond those it has. */
    int blocksMissing() {
        return KvBlockPool.blocksFor(length) - blocks;
    }

    void addBlock(int block) {
        blockTable[blocks++] = block;
    }

    /** Takes over a block of the prefix cache; its 16 positions are computed. */
    void addCachedBlock(int block, long blockNode) {
        addBlock(block);
        computed += KvBlockPool.BLOCK_POSITIONS;
        registered++;
        node = blockNode;
        if (!begun) {
            cachedPromptTokens = computed;
        }
    }

    /** Its part in the recurrent states, if the model has some. */
    HeldState state() {
        return state;
    }

    /** Takes the last block off; it has to be released. */
    int removeBlock() {
        blocks--;
        computed = 0;
        registered = 0;
        node = root;
        return blockTable[blocks];
    }

    /** Whether the next block is full and can become findable. */
    boolean hasUnregisteredBlock() {
        return (registered + 1) * KvBlockPool.BLOCK_POSITIONS <= computed;
    }

    /** The place of the first block that isn't findable yet. */
    int registered() {
        return registered;
    }

    /** Where its prefixes begin. */
    long root() {
        return root;
    }

    /** The number of the text up to the last findable block. */
    long node() {
        return node;
    }

    void registeredAs(int block, long blockNode) {
        blockTable[registered++] = block;
        node = blockNode;
    }

    // Tokens that are said whatever the model thinks.

    boolean forced() {
        return forcedNext < forced.length;
    }

    int nextForced() {
        return forced[forcedNext++];
    }

    /** Closes the thinking with these tokens; once. */
    void forceClosing(int[] closing) {
        forced = closing;
        forcedNext = 0;
        closingForced = true;
    }

    /** Whether the thinking has used up its budget and nothing has been done about it. */
    boolean overBudget() {
        int budget = request.reasoning().budget();
        return budget != ReasoningOptions.UNBOUNDED && !closingForced && answer.thinking() && reasoningTokens >= budget;
    }

    // Accounts.

    /** Whether a row of it was ever computed. */
    boolean begun() {
        return begun;
    }

    /** The first step with rows of it begins. */
    void begin(long nowNanos) {
        begun = true;
        firstRowNanos = nowNanos;
    }

    void count(boolean reasoning, long nowNanos) {
        if (completionTokens == 0) {
            firstTokenNanos = nowNanos;
        }
        lastTokenNanos = nowNanos;
        completionTokens++;
        if (reasoning) {
            reasoningTokens++;
        }
    }

    boolean tokensUsedUp() {
        return completionTokens >= request.tokensMax();
    }

    Usage usage(long nowNanos) {
        long firstRow = begun ? firstRowNanos : nowNanos;
        long firstToken = completionTokens > 0 ? firstTokenNanos : nowNanos;
        long lastToken = completionTokens > 0 ? lastTokenNanos : nowNanos;
        return new Usage(
                promptLength,
                cachedPromptTokens,
                completionTokens,
                reasoningTokens,
                firstRow - submittedNanos,
                firstToken - firstRow,
                lastToken - firstToken);
    }
}
