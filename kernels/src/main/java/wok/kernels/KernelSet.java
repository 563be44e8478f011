package wok.kernels;

/** The implementations of the canonical arithmetic; all give the same bits. */
public enum KernelSet {
    /** Scalar, written to be read: the specification. */
    REFERENCE,
    /** The JDK's Vector API, any width. */
    VECTOR,
    /** Machine code assembled at start-up; reserved, not in this build. */
    MACHINE
}
