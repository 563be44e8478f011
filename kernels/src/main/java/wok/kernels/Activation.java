package wok.kernels;

/** An element-wise nonlinearity; formulas and errors are in docs/math/functions.md. */
public enum Activation {
    /** {@code max(x, 0)}. */
    RELU,
    /** {@code x * sigmoid(x)}; Ramachandran et al. 2017. */
    SILU,
    /** {@code tanh x}. */
    TANH,
    /** {@code 1 / (1 + e^-x)}. */
    SIGMOID,
    /** {@code x / 2 * (1 + tanh(sqrt(2/pi) * (x + 0.044715 x^3)))}; Hendrycks and Gimpel 2016. */
    GELU_TANH,
    /** {@code x / 2 * (1 + erf(x / sqrt 2))}; the same paper's exact form. */
    GELU_ERF
}
