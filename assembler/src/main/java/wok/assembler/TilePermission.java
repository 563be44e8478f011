package wok.assembler;

/**
 * Leave to use AMX's tiles: 8 KiB of registers more per thread, which Linux saves only for processes that asked. Once
 * given it holds for all threads, and asking again does no harm.
 *
 * <p>Source: Linux, Documentation/arch/x86/xstate.rst (since 5.16).
 */
final class TilePermission {
    private static final long SYS_ARCH_PRCTL = 158;
    private static final long ARCH_REQ_XCOMP_PERM = 0x1023;
    private static final long XFEATURE_XTILEDATA = 18;

    private TilePermission() {}

    /** Whether the system gives it. */
    static boolean request() {
        return System.getProperty("os.name", "").equals("Linux")
                && SystemCalls.ofThisSystem().linuxCall(SYS_ARCH_PRCTL, ARCH_REQ_XCOMP_PERM, XFEATURE_XTILEDATA) == 0;
    }
}
