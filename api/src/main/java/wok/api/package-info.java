/**
 * Wok in five lines of Java: open a model, ask, read the answer as it comes.
 *
 * <p>Reading order: {@link wok.api.Wok} (a model that is open), {@link wok.api.Chat} (a conversation),
 * {@link wok.api.Answer} (text as it comes, and what is known at its end), {@link wok.api.AnswerOptions} and
 * {@link wok.api.WokOptions}; then {@link wok.api.PromptBuilder} and {@link wok.api.GenerationDefaults}, which the command
 * line uses too: how messages become tokens, and how a model wants to be sampled.
 *
 * <p>This floor must not know HTTP or terminals, and does no arithmetic: everything it does is done by the floors below.
 */
package wok.api;
