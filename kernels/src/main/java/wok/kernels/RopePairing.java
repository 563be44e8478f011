package wok.kernels;

/** Which two dimensions of a head rotate together. */
public enum RopePairing {
    /** Dimension i with i + rotary/2. */
    HALVES,
    /** Dimension 2i with 2i + 1. */
    NEIGHBOURS
}
