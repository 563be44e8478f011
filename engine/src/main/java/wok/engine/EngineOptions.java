package wok.engine;

import wok.kernels.KvType;

/**
 * How an engine is set up. Of these only {@code kvType} and, where an answer runs into it, {@code contextMax} can
 * change an answer.
 *
 * @param contextMax tokens that a sequence may hold, prompt and answer together; 0 for as many as the model and the
 *     memory for keys and values allow
 * @param kvBytesMax memory for keys and values; 0 for two full contexts (one if there is one sequence) within 1 GiB,
 *     or one full context if {@code contextMax} is given and needs more
 * @param kvType how keys and values are stored
 * @param batchTokens rows that one step computes at most
 * @param prefillTokensBesideDecode rows of prompts that one step computes at most while others are being answered:
 *     fewer keep their words coming evenly, more bring the new prompt in sooner
 * @param sequencesMax sequences that run at once
 * @param queueMax sequences that may wait for their turn; a submission beyond them is refused
 * @param prefixCache whether keys and values of past sequences are kept for prompts that begin alike
 */
public record EngineOptions(
        int contextMax,
        long kvBytesMax,
        KvType kvType,
        int batchTokens,
        int prefillTokensBesideDecode,
        int sequencesMax,
        int queueMax,
        boolean prefixCache) {

    /** Eight sequences at once, 64 in the queue, 256 rows a step (32 of prompts beside answers), F16, prefix cache. */
    public static final EngineOptions DEFAULTS = new EngineOptions(0, 0, KvType.F16, 256, 32, 8, 64, true);

    static final long KV_BYTES_DEFAULT = 1L << 30;

    private static final int ROWS_MAX = 1 << 16;
    private static final int CONTEXT_MAX = 1 << 24;

    public EngineOptions {
        Options.between("contextMax", contextMax, 0, CONTEXT_MAX);
        Options.atLeast("kvBytesMax", kvBytesMax, 0);
        Options.between("sequencesMax", sequencesMax, 1, ROWS_MAX);
        Options.between("batchTokens", batchTokens, sequencesMax, ROWS_MAX);
        Options.between("prefillTokensBesideDecode", prefillTokensBesideDecode, 1, ROWS_MAX);
        Options.between("queueMax", queueMax, 1, 1 << 20);
    }

    public EngineOptions withContextMax(int value) {
        return new EngineOptions(
                value, kvBytesMax, kvType, batchTokens, prefillTokensBesideDecode, sequencesMax, queueMax, prefixCache);
    }

    public EngineOptions withKvBytesMax(long value) {
        return new EngineOptions(
                contextMax, value, kvType, batchTokens, prefillTokensBesideDecode, sequencesMax, queueMax, prefixCache);
    }

    public EngineOptions withKvType(KvType value) {
        return new EngineOptions(
                contextMax,
                kvBytesMax,
                value,
                batchTokens,
                prefillTokensBesideDecode,
                sequencesMax,
                queueMax,
                prefixCache);
    }

    /** The same with other bounds on the rows of a step: all of them, and those of prompts beside answers. */
    public EngineOptions withBatch(int tokens, int prefillBesideDecode) {
        return new EngineOptions(
                contextMax, kvBytesMax, kvType, tokens, prefillBesideDecode, sequencesMax, queueMax, prefixCache);
    }

    /** The same with other bounds on sequences: how many run, how many wait. */
    public EngineOptions withSequences(int runningMax, int waitingMax) {
        return new EngineOptions(
                contextMax,
                kvBytesMax,
                kvType,
                batchTokens,
                prefillTokensBesideDecode,
                runningMax,
                waitingMax,
                prefixCache);
    }

    public EngineOptions withPrefixCache(boolean value) {
        return new EngineOptions(
                contextMax, kvBytesMax, kvType, batchTokens, prefillTokensBesideDecode, sequencesMax, queueMax, value);
    }
}
