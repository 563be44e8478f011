package wok.hub;

import java.net.URI;
import java.net.http.HttpHeaders;

/** What a status of the Hugging Face protocol means for a person. Any thread. */
final class HubStatus {
    private HubStatus() {}

    static HubException refused(URI address, int status, HttpHeaders headers) {
        String code = headers.firstValue("X-Error-Code").orElse("");
        String host = address.getHost() + " answered " + status;
        String meaning = switch (code) {
            case "GatedRepo" -> ": gated (accept the model's terms on its page there, then set HF_TOKEN)";
            case "RepoNotFound" -> ": no such repository, or a private one (set HF_TOKEN to see those)";
            case "RevisionNotFound" -> ": no such revision";
            case "EntryNotFound" -> ": no such file in the repository";
            default -> byStatus(status, headers);
        };
        return new HubException(host + meaning);
    }

    private static String byStatus(int status, HttpHeaders headers) {
        return switch (status) {
            case 401 -> ": a private or absent repository (set HF_TOKEN if it is private)";
            case 403 -> ": forbidden (the token may not read this, or the network forbids the address)";
            case 404 -> ": not found";
            case 407 -> ": the proxy wants a login";
            case 429 -> ": too many requests, try later";
            default ->
                headers.firstValue("X-Error-Message")
                        .map(m -> ": " + Printable.line(m))
                        .orElse("");
        };
    }
}
