package wok.hub;

import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Pattern;
import wok.formats.Json;
import wok.formats.MalformedModelException;

/**
 * Fetches from a server that speaks the Hugging Face protocol: the list of files by
 * {@code GET /api/models/{id}/revision/{revision}?blobs=true}, then each file by
 * {@code GET /{id}/resolve/{commit}/{path}}, at the commit of the list, so that a push in between can't mix two versions.
 *
 * <p>Large files have their SHA-256 in the list (LFS), small ones git's SHA-1; where a server's list lacks them, the
 * headers {@code X-Linked-Etag} and {@code X-Linked-Size} of a {@code HEAD} fill in. One thread.
 */
final class HuggingFaceSource {
    private static final int LIST_BYTES_MAX = 16 << 20;
    private static final Pattern GIT_HASH = Pattern.compile("[0-9a-f]{40}");

    private final HubOptions options;
    private final StoreFolder folder;
    private final HubHttp http;
    private final Progress progress;

    HuggingFaceSource(HubOptions options, StoreFolder folder, HubHttp http, Progress progress) {
        this.options = options;
        this.folder = folder;
        this.http = http;
        this.progress = progress;
    }

    /**
     * Brings the model into the store.
     *
     * @throws HubException if it can't be had
     */
    Fetched fetch(ModelName.HuggingFace name) {
        progress.phase(ProgressListener.Phase.LOOKING_UP, name.toString());
        Json.Obj info = info(name);
        String revision = name.revision().orElse("main");
        String commit =
                info.text("sha").filter(sha -> GIT_HASH.matcher(sha).matches()).orElse(revision);
        List<RemoteFile> files = new ArrayList<>();
        for (RepositoryFile file : FileChoice.choose(name.repository(), list(name, info), name.choice())) {
            files.add(promised(name, commit, file));
        }
        folder.requireSpace(missingBytes(files));
        List<StoredFile> stored = new ArrayList<>();
        for (RemoteFile file : files) {
            progress.phase(ProgressListener.Phase.DOWNLOADING, file.path());
            stored.add(new Download(options, folder, http, progress, file).fetch());
        }
        return new Fetched(
                new ModelName.HuggingFace(name.repository(), Optional.of(commit), name.choice()).toString(),
                info.object("cardData").flatMap(card -> card.text("license")).orElse(""),
                stored);
    }

    private Json.Obj info(ModelName.HuggingFace name) {
        String path = "/api/models/" + name.repository() + "/revision/"
                + encoded(name.revision().orElse("main")) + "?blobs=true";
        try (HubHttp.Answer answer = http.get(URI.create(options.endpoint() + path), Map.of())) {
            byte[] body = answer.body().readNBytes(LIST_BYTES_MAX + 1);
            if (body.length > LIST_BYTES_MAX) {
                throw new HubException(name + ": a list of files of over " + LIST_BYTES_MAX + " bytes");
            }
            return Json.parseObject("list of files of " + name, body);
        } catch (IOException e) {
            throw new HubException(options.endpoint().getHost() + ": " + Printable.reason(e), e);
        } catch (MalformedModelException e) {
            throw new HubException(options.endpoint().getHost() + ": no list of files: " + Printable.message(e), e);
        }
    }

    private static List<RepositoryFile> list(ModelName.HuggingFace name, Json.Obj info) {
        List<RepositoryFile> files = new ArrayList<>();
        for (Json element :
                info.array("siblings").orElse(new Json.Arr(List.of())).elements()) {
            if (element instanceof Json.Obj sibling) {
                files.add(listed(name, sibling));
            }
        }
        return files;
    }

    private static RepositoryFile listed(ModelName.HuggingFace name, Json.Obj sibling) {
        String path = sibling.text("rfilename").orElse("");
        if (!StoreFolder.isInside(path)) {
            throw new HubException(name + ": lists the file " + Printable.line(path) + " (expected: a path inside)");
        }
        Optional<Json.Obj> lfs = sibling.object("lfs");
        Optional<String> sha256 =
                lfs.flatMap(l -> l.text("sha256").or(() -> l.text("oid"))).filter(Sha256::isDigest);
        OptionalLong bytes = lfs.flatMap(l -> l.number("size"))
                .or(() -> sibling.number("size"))
                .map(HuggingFaceSource::size)
                .orElse(OptionalLong.empty());
        Optional<String> git = lfs.isPresent()
                ? Optional.empty()
                : sibling.text("blobId").filter(id -> GIT_HASH.matcher(id).matches());
        return new RepositoryFile(path, bytes, sha256, git);
    }

    private static OptionalLong size(Json.Num number) {
        try {
            return number.longValue() < 0 ? OptionalLong.empty() : OptionalLong.of(number.longValue());
        } catch (ArithmeticException tooLargeToBeASize) {
            return OptionalLong.empty();
        }
    }

    private RemoteFile promised(ModelName.HuggingFace name, String commit, RepositoryFile file) {
        URI address = URI.create(
                options.endpoint() + "/" + name.repository() + "/resolve/" + encoded(commit) + "/" + path(file.path()));
        boolean enough = file.bytes().isPresent()
                && (file.sha256().isPresent() || file.gitBlob().isPresent());
        if (enough) {
            return new RemoteFile(file.path(), address, file.bytes(), file.sha256(), file.gitBlob());
        }
        try (HubHttp.Answer head = http.head(address)) {
            Optional<String> linked = head.firstHeaders()
                    .firstValue("X-Linked-Etag")
                    .map(etag -> etag.replace("\"", ""))
                    .filter(Sha256::isDigest);
            Optional<Long> size = head.firstHeaders()
                    .firstValue("X-Linked-Size")
                    .filter(value -> value.matches("\\d{1,18}"))
                    .map(Long::parseLong)
                    .or(() -> head.status() / 100 == 2 ? head.length("Content-Length") : Optional.empty());
            return new RemoteFile(
                    file.path(),
                    address,
                    file.bytes().isPresent() || size.isEmpty() ? file.bytes() : OptionalLong.of(size.get()),
                    file.sha256().or(() -> linked),
                    file.gitBlob());
        } catch (IOException e) {
            throw new HubException(options.endpoint().getHost() + ": " + Printable.reason(e), e);
        }
    }

    /** What still has to come: not what is stored already, nor what an earlier pull left. */
    private long missingBytes(List<RemoteFile> files) {
        long missing = 0;
        for (RemoteFile file : files) {
            boolean stored =
                    file.sha256().filter(sha -> Files.exists(folder.blob(sha))).isPresent();
            long have = folder.part(file.key()).toFile().length();
            missing += stored ? 0 : Math.max(0, file.bytes().orElse(0) - have);
        }
        return missing;
    }

    private static String path(String path) {
        return String.join(
                "/",
                List.of(path.split("/")).stream()
                        .map(HuggingFaceSource::encoded)
                        .toList());
    }

    private static String encoded(String step) {
        return URLEncoder.encode(step, StandardCharsets.UTF_8).replace("+", "%20");
    }
}
