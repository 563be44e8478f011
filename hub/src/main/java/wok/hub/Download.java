package wok.hub;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Brings one remote file into the store. What arrives is appended to a {@code .part} file; a broken connection, a stalled
 * one or a killed process is gone on with by a Range request, guarded by If-Range where the server gave an ETag, so that
 * a file that changed meanwhile begins anew. The digest decides: a resumed file that fails it is fetched once more from
 * its start, a fresh one is refused.
 *
 * <p>One thread; other processes that want the same file wait for the lock.
 */
final class Download {
    private static final int BUFFER_BYTES = 1 << 18;
    /** A try that brought this much was worth it, and failures are counted anew. */
    private static final long PROGRESS_BYTES = 1 << 20;

    private static final Pattern CONTENT_RANGE = Pattern.compile("bytes (\\d{1,18})-(\\d{1,18})/(\\d{1,18}|\\*)");

    private final HubOptions options;
    private final StoreFolder folder;
    private final HubHttp http;
    private final Progress progress;
    private final RemoteFile file;
    private final Path part;
    private OptionalLong total;

    Download(HubOptions options, StoreFolder folder, HubHttp http, Progress progress, RemoteFile file) {
        this.options = options;
        this.folder = folder;
        this.http = http;
        this.progress = progress;
        this.file = file;
        this.part = folder.part(file.key());
        this.total = file.bytes();
    }

    /**
     * The file, in the store.
     *
     * @throws HubException if it can't be had whole and as promised
     */
    StoredFile fetch() {
        Runnable waiting = () -> progress.phase(ProgressListener.Phase.WAITING, file.path() + ": another pull has it");
        try (StoreLock _ = StoreLock.ofName(folder, file.key(), waiting)) {
            if (file.sha256().isPresent()
                    && folder.isIntact(file.sha256().get(), file.bytes().orElse(-1))) {
                long bytes = Files.size(folder.blob(file.sha256().get()));
                progress.now(file.path(), bytes, bytes);
                return new StoredFile(file.path(), bytes, file.sha256().get());
            }
            return fetchLocked();
        } catch (IOException e) {
            throw diskTrouble(e);
        }
    }

    private StoredFile fetchLocked() throws IOException {
        while (true) {
            try (PartFile partFile = PartFile.open(part)) {
                if (!file.isVerifiable() || (total.isPresent() && partFile.bytes() > total.getAsLong())) {
                    partFile.restart();
                }
                boolean resumed = partFile.bytes() > 0;
                fill(partFile);
                if (isAsPromised(partFile)) {
                    Files.deleteIfExists(etagFile());
                    return partFile.store(folder, file.path());
                }
                String found = partFile.sha256();
                partFile.discard();
                Files.deleteIfExists(etagFile());
                if (!resumed) {
                    throw new HubException(file.path() + ": SHA-256 of the download: " + found + " (expected: "
                            + file.sha256().or(file::gitBlob).orElse("") + "); it was thrown away");
                }
            }
        }
    }

    private boolean isAsPromised(PartFile partFile) throws IOException {
        if (file.sha256().isPresent()) {
            return partFile.sha256().equals(file.sha256().get());
        }
        return file.gitBlob().isEmpty()
                || partFile.gitBlobSha1().equals(file.gitBlob().get());
    }

    private void fill(PartFile partFile) throws IOException {
        int failures = 0;
        long pauseMillis = options.backoff().toMillis();
        boolean whole = total.isPresent() && partFile.bytes() == total.getAsLong();
        while (!whole) {
            long before = partFile.bytes();
            try {
                whole = transfer(partFile);
            } catch (BrokenTransferException e) {
                failures = partFile.bytes() - before >= PROGRESS_BYTES ? 1 : failures + 1;
                if (failures >= options.attempts()) {
                    throw new HubException(
                            file.path() + ": the connection broke " + failures + " times: "
                                    + Printable.message(e)
                                    + "; what came is kept, pull again to go on",
                            e);
                }
                Interruption.sleep(pauseMillis << (failures - 1));
            }
        }
        progress.now(file.path(), partFile.bytes(), partFile.bytes());
    }

    /** One request; whether the file is whole after it. */
    private boolean transfer(PartFile partFile) throws IOException, BrokenTransferException {
        try (HubHttp.Answer answer = http.get(file.address(), range(partFile))) {
            if (answer.status() == 416) {
                partFile.restart();
                throw new BrokenTransferException("the server has no such range");
            }
            begin(partFile, answer);
            try (StallGuard guard = new StallGuard(answer.body(), options.timeout())) {
                copy(answer.body(), partFile, guard);
            }
        }
        if (total.isPresent() && partFile.bytes() < total.getAsLong()) {
            throw new BrokenTransferException(
                    "ended after " + partFile.bytes() + " of " + total.getAsLong() + " bytes");
        }
        return true;
    }

    private Map<String, String> range(PartFile partFile) throws IOException {
        Map<String, String> headers = new HashMap<>();
        if (partFile.bytes() > 0) {
            headers.put("Range", "bytes=" + partFile.bytes() + "-");
            if (Files.exists(etagFile())) {
                headers.put("If-Range", Files.readString(etagFile()));
            }
        }
        return headers;
    }

    private void begin(PartFile partFile, HubHttp.Answer answer) throws IOException, BrokenTransferException {
        if (answer.status() != 206) {
            if (partFile.bytes() > 0) {
                partFile.restart();
            }
            expect(answer.length("Content-Length").orElse(-1L));
            rememberEtag(answer);
            return;
        }
        Matcher range = CONTENT_RANGE.matcher(
                answer.headers().firstValue("Content-Range").orElse(""));
        if (!range.matches() || Long.parseLong(range.group(1)) != partFile.bytes()) {
            partFile.restart();
            throw new BrokenTransferException("the server sent another range than asked for");
        }
        expect(range.group(3).equals("*") ? -1 : Long.parseLong(range.group(3)));
    }

    private void expect(long announced) {
        if (announced < 0) {
            return;
        }
        if (file.bytes().isPresent() && file.bytes().getAsLong() != announced) {
            throw new HubException(file.path() + ": " + announced + " bytes (expected: "
                    + file.bytes().getAsLong() + ", as the repository says)");
        }
        total = OptionalLong.of(announced);
    }

    /** Only a strong ETag says that bytes are the same. */
    private void rememberEtag(HubHttp.Answer answer) throws IOException {
        String etag = answer.headers().firstValue("ETag").orElse("");
        if (etag.startsWith("\"") && etag.length() < 1000) {
            Files.writeString(etagFile(), etag);
        } else {
            Files.deleteIfExists(etagFile());
        }
    }

    private Path etagFile() {
        return part.resolveSibling(part.getFileName() + ".etag");
    }

    private void copy(InputStream body, PartFile partFile, StallGuard guard)
            throws IOException, BrokenTransferException {
        byte[] buffer = new byte[BUFFER_BYTES];
        for (int count = read(body, buffer); count >= 0; count = read(body, buffer)) {
            guard.alive();
            if (total.isPresent() && partFile.bytes() + count > total.getAsLong()) {
                partFile.discard();
                throw new HubException(file.path() + ": longer than the " + total.getAsLong() + " bytes announced");
            }
            partFile.write(buffer, count);
            progress.progress(file.path(), partFile.bytes(), total.orElse(-1));
        }
    }

    /** Failures of the network are another kind than those of the disk. */
    private static int read(InputStream body, byte[] buffer) throws BrokenTransferException {
        try {
            return body.read(buffer);
        } catch (IOException e) {
            throw new BrokenTransferException(Printable.reason(e), e);
        }
    }

    private HubException diskTrouble(IOException e) {
        long have = part.toFile().length();
        return folder.writeFailed(
                file.path(), total.orElse(have) - have, "what came is kept: make room and pull again to go on", e);
    }

    private static final class BrokenTransferException extends Exception {
        private static final long serialVersionUID = 1;

        BrokenTransferException(String message) {
            super(message);
        }

        BrokenTransferException(String message, Throwable cause) {
            super(message, cause);
        }
    }
}
