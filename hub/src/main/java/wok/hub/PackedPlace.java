package wok.hub;

import java.nio.file.Path;

/**
 * Where what was computed from a model's files may be kept: their weights, packed as the kernels read them.
 *
 * @param file need not exist
 * @param content another string whenever the model's files change
 */
public record PackedPlace(Path file, String content) {}
