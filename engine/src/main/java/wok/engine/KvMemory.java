package wok.engine;

/**
 * How much memory for keys and values an engine takes, and how long a sequence can be in it. A sequence that is alone
 * always fits: {@code contextLength <= 16 * blocks}, which is what keeps the scheduler from ever being stuck.
 *
 * @param blocks blocks of 16 positions
 * @param contextLength tokens that a sequence may hold
 */
record KvMemory(int blocks, int contextLength) {

    /**
     * @param modelContext the model's own context length
     * @param bytesOfBlock what a block takes in all layers; 0 if all of them are recurrent
     * @throws EngineException if the options ask for more context than the model has or the memory holds
     */
    static KvMemory of(EngineOptions options, int modelContext, long bytesOfBlock) {
        long blockBytes = Math.max(1, bytesOfBlock);
        if (options.contextMax() > modelContext) {
            throw Options.wrong(
                    "contextMax", options.contextMax(), "at most " + modelContext + ", the model's context");
        }
        boolean chosen = options.contextMax() > 0;
        int context = chosen ? options.contextMax() : modelContext;
        int contextBlocks = KvBlockPool.blocksFor(context);
        int least = chosen ? contextBlocks : 1;
        long affordable = options.kvBytesMax() > 0
                ? options.kvBytesMax() / blockBytes
                : Math.max(least, Math.min(EngineOptions.KV_BYTES_DEFAULT / blockBytes, 2L * contextBlocks));
        if (affordable < least) {
            long bytes = Math.multiplyExact(blockBytes, (long) least);
            throw Options.wrong("kvBytesMax", options.kvBytesMax(), "at least " + bytes + " for this context");
        }
        long useful = Math.multiplyExact((long) contextBlocks, options.sequencesMax());
        int blocks = (int) Math.min(Math.min(affordable, useful), Integer.MAX_VALUE / KvBlockPool.BLOCK_POSITIONS);
        long positions = (long) blocks * KvBlockPool.BLOCK_POSITIONS;
        return new KvMemory(blocks, (int) Math.min(context, positions));
    }
}
