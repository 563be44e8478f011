package wok.engine;

/**
 * What an engine is doing and has done, as of its last step. The counters only grow.
 *
 * @param running sequences that have memory and take part in steps
 * @param waiting sequences that were submitted and wait for their turn, or wait again after a preemption
 * @param kvBlocks blocks of 16 positions for keys and values
 * @param kvBlocksHeld those that running sequences hold
 * @param kvBlocksCached those that nobody holds and that keep a beginning for later prompts
 * @param statesHeld recurrent states of running sequences; 0 if the model has none
 * @param statesKept those that are kept for later prompts
 * @param steps forward passes
 * @param rows rows computed in them
 * @param tokens tokens given
 * @param preemptions times that a sequence had to give its memory back and wait
 */
public record EngineStatistics(
        int running,
        int waiting,
        int kvBlocks,
        int kvBlocksHeld,
        int kvBlocksCached,
        int statesHeld,
        int statesKept,
        long steps,
        long rows,
        long tokens,
        long preemptions) {}
