package wok.model;

import wok.kernels.FloatRows;

/**
 * Is told what every matrix of a model is multiplied with, before it is; for measuring which columns matter. It must
 * not change the rows. Called on the thread that calls {@link Transformer#forward}.
 */
@FunctionalInterface
public interface ActivationObserver {
    /**
     * A product is about to be made.
     *
     * @param matrix the tensor's name in the file; behind it in brackets the number of the matrix if it is one of a
     *     stack, or {@code first:end} if it is some of the tensor's rows
     * @param x rows x columns, valid during the call
     */
    void multiplied(String matrix, FloatRows x, int rows);
}
