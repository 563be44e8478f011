/**
 * Models of random weights in the shapes of published ones, for measuring speed and trying sizes where no weights may
 * be fetched.
 *
 * <p>In reading order: {@link wok.synth.SynthModel}, {@link wok.synth.SynthShape} and its {@code shapes.json}, {@link
 * wok.synth.SynthType} (which tensor has which type), {@code SynthTensor}, {@link wok.synth.RandomBlocks}, {@code
 * SynthVocabulary}.
 *
 * <p>The package knows file formats. It must not know how a model is computed.
 */
package wok.synth;
