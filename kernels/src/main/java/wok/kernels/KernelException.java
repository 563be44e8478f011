package wok.kernels;

/** What this floor cannot do: a kernel set that is not in this build, a tensor type that has no packer. */
public final class KernelException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public KernelException(String message) {
        super(message);
    }

    public KernelException(String message, Throwable cause) {
        super(message, cause);
    }
}
