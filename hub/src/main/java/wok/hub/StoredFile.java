package wok.hub;

/**
 * One file of a stored model.
 *
 * @param path its name inside the model, with {@code /} between folders
 * @param bytes its size
 * @param sha256 of its content, 64 lower-case hexadecimal digits
 */
public record StoredFile(String path, long bytes, String sha256) {}
