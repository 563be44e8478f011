package wok.api;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import wok.engine.EngineException;
import wok.engine.FinishReason;
import wok.engine.Generation;
import wok.engine.GenerationEvent;
import wok.engine.TokenInfo;
import wok.engine.Usage;
import wok.tokenizer.Tokenizer;

/**
 * An answer under way. It is computed whether or not somebody reads; reading waits for what comes next.
 *
 * <p>It can be read piece by piece, once ({@link #forEachText}, {@link #stream}, {@link #next}), or asked for as a whole
 * ({@link #text}, {@link #usage}, …), which waits for its end; both together work too, since what was read is kept.
 *
 * <p>All methods may be called from any thread; of several readers each piece goes to one. {@link #cancel} ends the
 * answer at the model's next token.
 */
public final class Answer implements AutoCloseable {
    private final Generation generation;
    private final Tokenizer tokenizer;
    private final Consumer<Answer> whenOver;
    private final Request request;

    private final ReentrantLock reading = new ReentrantLock();
    private final StringBuilder text = new StringBuilder();
    private final StringBuilder reasoning = new StringBuilder();
    private final List<TokenScore> scores = new ArrayList<>();
    private boolean isAtStart = true;
    private volatile Optional<GenerationEvent> end = Optional.empty();

    /**
     * What was asked for, as far as the answer must know.
     *
     * @param seed of its random numbers
     * @param isScored whether log-probabilities were asked for
     * @param isChat whether it is a message of its own, rather than the continuation of a text
     */
    record Request(long seed, boolean isScored, boolean isChat) {}

    /**
     * @param whenOver run once, by the reader that comes to the end
     */
    Answer(Generation generation, Tokenizer tokenizer, Request request, Consumer<Answer> whenOver) {
        this.generation = generation;
        this.tokenizer = tokenizer;
        this.request = request;
        this.whenOver = whenOver;
    }

    /**
     * Waits for the next piece; empty at the end.
     *
     * @throws WokException if the model failed, or the thread was interrupted while it waited
     */
    public Optional<AnswerPiece> next() {
        reading.lock();
        try {
            return end.isPresent() ? checkedEnd() : read();
        } catch (EngineException e) {
            throw WokException.of(e);
        } finally {
            reading.unlock();
        }
    }

    private Optional<AnswerPiece> read() {
        return switch (generation.next()) {
            case GenerationEvent.Text piece -> {
                String shown = withoutFirstSpace(piece.text());
                text.append(shown);
                yield Optional.of(new AnswerPiece(shown, false, kept(piece.tokens())));
            }
            case GenerationEvent.Reasoning piece -> {
                reasoning.append(piece.text());
                yield Optional.of(new AnswerPiece(piece.text(), true, kept(piece.tokens())));
            }
            case GenerationEvent.Finished finished -> {
                kept(finished.tokens());
                yield over(finished);
            }
            case GenerationEvent.Failed failed -> over(failed);
        };
    }

    /** SentencePiece writes a space before each word, and so before the first word of an answer. */
    private String withoutFirstSpace(String piece) {
        boolean hasFirstSpace = request.isChat() && isAtStart && piece.startsWith(" ");
        isAtStart &= piece.isEmpty();
        return hasFirstSpace ? piece.substring(1) : piece;
    }

    private Optional<AnswerPiece> over(GenerationEvent event) {
        end = Optional.of(event);
        whenOver.accept(this);
        return checkedEnd();
    }

    private Optional<AnswerPiece> checkedEnd() {
        if (end.orElseThrow() instanceof GenerationEvent.Failed failed) {
            throw new WokException("answer: " + failed.message());
        }
        return Optional.empty();
    }

    private List<TokenScore> kept(List<TokenInfo> tokens) {
        if (!request.isScored()) {
            return List.of();
        }
        List<TokenScore> added = tokens.stream()
                .map(token -> new TokenScore(
                        token.id(),
                        spelling(token.id()),
                        token.logprob(),
                        token.top().stream()
                                .map(top -> new TokenScore(top.id(), spelling(top.id()), top.logprob(), List.of()))
                                .toList()))
                .toList();
        scores.addAll(added);
        return added;
    }

    private String spelling(int id) {
        return new String(tokenizer.bytes(id), StandardCharsets.UTF_8);
    }

    /** Gives the answer's text to {@code reader} as it comes, without what the model thinks; waits for the end. */
    public void forEachText(Consumer<String> reader) {
        forEachPiece(piece -> {
            if (!piece.isThought()) {
                reader.accept(piece.text());
            }
        });
    }

    /** Gives all pieces to {@code reader} as they come, thoughts too; waits for the end. */
    public void forEachPiece(Consumer<AnswerPiece> reader) {
        for (Optional<AnswerPiece> piece = next(); piece.isPresent(); piece = next()) {
            reader.accept(piece.get());
        }
    }

    /** The pieces that have not been read yet, as they come. The stream is lazy: it waits where it is read. */
    public Stream<AnswerPiece> stream() {
        Iterable<AnswerPiece> pieces = () -> new java.util.Iterator<>() {
            private Optional<AnswerPiece> ahead = Optional.empty();

            @Override
            public boolean hasNext() {
                ahead = ahead.isPresent() ? ahead : Answer.this.next();
                return ahead.isPresent();
            }

            @Override
            public AnswerPiece next() {
                AnswerPiece piece = hasNext() ? ahead.orElseThrow() : noMore();
                ahead = Optional.empty();
                return piece;
            }

            private AnswerPiece noMore() {
                throw new java.util.NoSuchElementException("answer: no more pieces");
            }
        };
        return StreamSupport.stream(pieces.spliterator(), false);
    }

    /**
     * The seed of its random numbers, also when none was asked for: with {@link AnswerOptions#withSeed} the same prompt
     * gives the same answer once more. Does not wait.
     */
    public long seed() {
        return request.seed();
    }

    /** The whole answer, without what the model thought; waits for the end. */
    public String text() {
        waitForEnd();
        return text.toString();
    }

    /** All that the model thought before it answered; empty if it did not. Waits for the end. */
    public String reasoning() {
        waitForEnd();
        return reasoning.toString();
    }

    /** Tokens and times; waits for the end. */
    public Usage usage() {
        return waitForEnd().usage();
    }

    /** Why the answer ended; waits for the end. */
    public FinishReason finishReason() {
        return waitForEnd().reason();
    }

    /**
     * The tokens with their log-probabilities, those of thoughts and the one that ended the answer too; waits for the
     * end.
     *
     * @throws WokException if {@link AnswerOptions#topLogprobs} asked for none
     */
    public List<TokenScore> logprobs() {
        if (!request.isScored()) {
            throw new WokException("logprobs: not asked for (expected: AnswerOptions.withTopLogprobs(0) or more)");
        }
        waitForEnd();
        return List.copyOf(scores);
    }

    private GenerationEvent.Finished waitForEnd() {
        while (next().isPresent()) {
            // What was read is kept; only the end is waited for.
        }
        return (GenerationEvent.Finished) end.orElseThrow();
    }

    /** Whether it was read to its end. */
    public boolean isOver() {
        return end.isPresent();
    }

    /** What has been read so far, ended well or not. */
    Optional<GenerationEvent> end() {
        return end;
    }

    String textSoFar() {
        return text.toString();
    }

    String reasoningSoFar() {
        return reasoning.toString();
    }

    /** Ends the answer at the model's next token; what came until then can still be read. */
    public void cancel() {
        generation.cancel();
    }

    /** The same as {@link #cancel}. Does nothing to an answer that is over. */
    @Override
    public void close() {
        generation.close();
    }
}
