package wok.cli;

import java.util.Optional;
import wok.api.Answer;
import wok.api.Prompt;
import wok.engine.FinishReason;

/** Reads, answers, and reads again. One thread; {@link #interrupt} from any. */
final class ChatLoop {
    private final Streams streams;
    private final LoadedModel model;
    private final ChatInput input;
    private final Conversation conversation;
    private final ChatSettings settings;
    private final ChatWords words;
    private volatile Optional<Answer> running = Optional.empty();

    ChatLoop(Streams streams, LoadedModel model, ChatInput input, Conversation conversation, ChatSettings settings) {
        this.streams = streams;
        this.model = model;
        this.input = input;
        this.conversation = conversation;
        this.settings = settings;
        this.words = new ChatWords(streams, model, conversation, settings);
    }

    /** Runs until there is nothing more to read. Failures are told and the chat goes on; true if none came. */
    boolean run() {
        input.onInterrupt(this::interrupt);
        boolean interrupted = false;
        boolean allWell = true;
        while (true) {
            switch (input.read()) {
                case ChatInput.Entry.End end -> {
                    return allWell;
                }
                case ChatInput.Entry.Interrupted again -> {
                    if (interrupted) {
                        return allWell;
                    }
                    interrupted = true;
                    say("Ctrl-C again leaves, Ctrl-D too");
                }
                case ChatInput.Entry.Words entry -> {
                    interrupted = false;
                    try {
                        if (take(entry.text()) == ChatWords.Next.LEAVE) {
                            return allWell;
                        }
                    } catch (Output.ReaderGone e) {
                        throw e;
                    } catch (RuntimeException e) {
                        allWell = false;
                        Failures.report(streams, Failures.line(e));
                    }
                }
            }
        }
    }

    private ChatWords.Next take(String text) {
        if (text.isBlank()) {
            return ChatWords.Next.READ;
        }
        ChatWords.Next next = ChatWords.Next.ANSWER;
        if (text.startsWith("/")) {
            next = words.obey(text);
        } else {
            conversation.user(text);
        }
        if (next == ChatWords.Next.ANSWER) {
            answer();
        }
        return next;
    }

    /** A question that can't be answered is taken back, so that the next one finds the conversation as it was. */
    private void answer() {
        AnswerReport answer;
        try {
            answer = read(model.prompt(conversation, settings.think()));
        } catch (RuntimeException e) {
            conversation.forgetTurn();
            throw e;
        }
        conversation.assistant(answer.text(), answer.reasoning());
        settings.nextSeed();
        tell(answer);
    }

    private AnswerReport read(Prompt prompt) {
        try (Answer answer = model.wok().complete(prompt, settings.answers())) {
            running = Optional.of(answer);
            return AnswerReader.read(answer, AnswerViews.suiting(streams, "reading"));
        } finally {
            running = Optional.empty();
        }
    }

    private void tell(AnswerReport answer) {
        if (answer.finish() == FinishReason.CANCELLED) {
            say("stopped");
        } else if (answer.finish() == FinishReason.LENGTH && settings.unbounded()) {
            say("the context is full: /undo or /clear makes room, --context N,shift forgets the oldest");
        }
        if (settings.statistics()) {
            say(answer.statistics());
        }
        if (streams.outputIsTerminal()) {
            streams.out().print("\n");
        }
    }

    private void say(String line) {
        streams.err().line(streams.errorPaint().dim(line));
    }

    /** Stops the answer that is being given, if any. */
    private void interrupt() {
        running.ifPresent(Answer::cancel);
    }
}
