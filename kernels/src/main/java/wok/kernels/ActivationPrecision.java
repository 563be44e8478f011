package wok.kernels;

/** How exactly quantised weights are multiplied: a choice of the owner, made when weights are packed. */
public enum ActivationPrecision {
    /** Activations rounded to 8 bits per block; fast. Plain float weights still multiply with 32-bit floats. */
    Q8,
    /** Activations as they are, weights dequantised exactly; slower, and the reference for quality. */
    F32
}
