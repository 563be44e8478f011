/**
 * Families as data; {@code Transformer.forward(batch)}. Knows no sequences.
 */
package wok.model;
