package wok.formats;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Optional;

/**
 * What Java has no word for: that pages of a mapped file are not needed any more. A weight that has been packed would
 * otherwise stay in memory twice, since the system takes pages back only when it runs short. Linux's madvise; elsewhere
 * nothing happens. Any thread.
 */
final class MappedPages {
    private static final int DONT_NEED = 4; // MADV_DONTNEED: of a mapped file nothing is lost
    private static final long PAGE_BYTES = 4096;
    private static final Optional<MethodHandle> ADVISE = find();

    private MappedPages() {}

    @SuppressWarnings("restricted") // the signature is madvise's, and it is only called with a mapping's own pages
    private static Optional<MethodHandle> find() {
        boolean isAllowed = MappedPages.class.getModule().isNativeAccessEnabled();
        if (!isAllowed || !System.getProperty("os.name").equals("Linux")) {
            return Optional.empty();
        }
        Linker linker = Linker.nativeLinker();
        FunctionDescriptor signature = FunctionDescriptor.of(
                ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG, ValueLayout.JAVA_INT);
        return linker.defaultLookup().find("madvise").map(address -> linker.downcallHandle(address, signature));
    }

    /** Lets go of the whole pages within {@code mapped}, if it is a mapped file's; anything else stays as it is. */
    static void release(MemorySegment mapped) {
        long from = Math.ceilDiv(mapped.address(), PAGE_BYTES) * PAGE_BYTES;
        long to = (mapped.address() + mapped.byteSize()) / PAGE_BYTES * PAGE_BYTES;
        if (ADVISE.isPresent() && mapped.isMapped() && from < to) {
            advise(ADVISE.get(), from, to - from);
        }
    }

    private static void advise(MethodHandle madvise, long address, long bytes) {
        try {
            int refused =
                    (int) madvise.invokeExact(address, bytes, DONT_NEED); // then the pages stay, and nothing is lost
            assert refused <= 0;
        } catch (Throwable e) {
            throw new IllegalStateException("madvise: " + e, e);
        }
    }
}
