package wok.model;

import java.nio.file.Path;

/**
 * Where the packed weights of a model are kept between runs. Packing is the longest part of opening a model; what it
 * wrote is kept in one file and mapped the next time. A file that is not there, or is not of this content and this
 * version of the packer, is written anew after loading; when that fails (no room, no permission) nothing is lost but
 * the time.
 *
 * @param file its folder exists, or can be made
 * @param content says what the model's files hold: another string whenever they change
 */
public record PackedCache(Path file, String content) {}
