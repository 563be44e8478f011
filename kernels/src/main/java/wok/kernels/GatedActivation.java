package wok.kernels;

/** The nonlinearity of a gated feed-forward block: {@code act(gate) * up}. */
public enum GatedActivation {
    /** {@code x * sigmoid(x)}; Ramachandran et al. 2017, SwiGLU in Shazeer 2020. */
    SILU,
    /** {@code x / 2 * (1 + tanh(sqrt(2/pi) * (x + 0.044715 x^3)))}; Hendrycks and Gimpel 2016. */
    GELU_TANH,
    /** {@code x * sigmoid(1.702 x) * (up + 1)}: gpt-oss, which clamps both before; not assembled. */
    SWISH_ONE_MORE
}
