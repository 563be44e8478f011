/**
 * The command line: parses words, calls the floors below, renders answers. In reading order: {@link wok.cli.Main}, the
 * {@code …Command} classes (one per verb), the {@code …Mixin} classes (options that several verbs share), {@code
 * Streams} and {@code Output} (all that a command may read and write), and the renderers ({@code TerminalText}, {@code
 * MarkdownRenderer}, {@code ProgressBar}, {@code Spinner}). It must not compute anything that a Java program would want
 * too: that belongs to the floors below.
 */
package wok.cli;
