/**
 * Many answers at once, from one model, by one thread.
 *
 * <p>A request comes in as token ids with the rules for choosing and ending; text comes out as events, thinking apart
 * from answering. Between them lies a loop: compose a batch of rows from all sequences that run (one row for each that
 * is being answered, chunks of the prompts that are being read), compute it, choose a token per sequence, tell its
 * reader. One thread owns the sequences, the memory for keys and values, and the samplers; other threads meet it at two
 * places only, the queue of arrivals and the streams of events, and it waits for nobody.
 *
 * <p>The package's promise rests on the kernels' (a row's bits depend on its own sequence alone): batches, chunks, the
 * prefix cache, preemptions and threads don't change an answer. So none of them needs a switch to turn it off, and the
 * tests compare for equality: real tiny models in a few arrangements, and a model that is a hash function in thousands
 * of random ones, with arrivals, cancellations and shortages of memory.
 *
 * <p>In reading order: {@link wok.engine.GenerationRequest} with {@link wok.engine.SamplingOptions} (what is asked),
 * {@link wok.engine.GenerationEvent} and {@link wok.engine.Generation} (what is told), {@link wok.engine.Engine} (the
 * thread), {@code EngineLoop} (a step), {@code Scheduler} (which rows, whose memory), {@code KvBlockPool} (blocks and
 * cached beginnings), {@code Sequence} (one generation's state), {@code Sampler} with {@code Candidates},
 * {@code Penalties} and {@code Philox} (choosing), {@code AnswerAssembler} with {@code ReasoningSplitter} and
 * {@code StopStrings} (tokens to text), {@code GenerationStream} (to the reader's thread).
 *
 * <p>{@code LanguageModel} and {@code Vocabulary} are all that the loop knows of the floors below. It must not know
 * HTTP, chat templates or model families.
 */
package wok.engine;
