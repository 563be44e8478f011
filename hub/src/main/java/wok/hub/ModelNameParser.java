package wok.hub;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads model names. A name may come from anywhere, and parts of it become file names, addresses and arguments of other
 * programs; so every part is matched against the letters it may have, none may begin with {@code -} (it would be an
 * option) and none may hold {@code ..} (it would leave its folder).
 */
final class ModelNameParser {
    private static final int NAME_CHARACTERS_MAX = 2000;

    private static final String WORD = "[A-Za-z0-9][A-Za-z0-9._-]*";
    private static final Pattern SHORT = Pattern.compile("(" + WORD + ")(?::(" + WORD + "))?");
    private static final Pattern HUGGING_FACE = Pattern.compile("hf:(" + WORD + "(?:/" + WORD
            + ")?)(?:@([A-Za-z0-9][A-Za-z0-9._/-]*))?" + "(?::([A-Za-z0-9][A-Za-z0-9._/-]*))?");
    private static final Pattern PIP = Pattern.compile("pip:(" + WORD + ")==(" + WORD + ")!(.+)");
    private static final Pattern NPM =
            Pattern.compile("npm:((?:@[A-Za-z0-9][A-Za-z0-9._-]*/)?" + WORD + ")@(" + WORD + ")!(.+)");
    private static final Pattern MAVEN = Pattern.compile(
            "mvn:(" + WORD + "):(" + WORD + "):(" + WORD + ")(?::(" + WORD + "))?(?::(" + WORD + "))?!(.+)");
    private static final Pattern NEXT_PART = Pattern.compile("\\+(?=(?:pip|npm|mvn):)");

    private ModelNameParser() {}

    static ModelName parse(String text) {
        if (text.isBlank() || text.length() > NAME_CHARACTERS_MAX) {
            throw refused(text, "a name of 1 to " + NAME_CHARACTERS_MAX + " characters, such as smollm2:135m");
        }
        if (text.startsWith("hf:")) {
            return huggingFace(text);
        }
        if (text.startsWith("pip:") || text.startsWith("npm:") || text.startsWith("mvn:")) {
            return new ModelName.Packaged(Arrays.stream(NEXT_PART.split(text))
                    .map(ModelNameParser::part)
                    .toList());
        }
        if (isPath(text)) {
            return path(text);
        }
        return tagged(text);
    }

    private static boolean isPath(String text) {
        return text.indexOf('/') >= 0
                || text.indexOf('\\') >= 0
                || text.equals(".")
                || text.equals("..")
                || text.toLowerCase(Locale.ROOT).endsWith(".gguf");
    }

    private static ModelName path(String text) {
        try {
            return new ModelName.LocalPath(Path.of(text));
        } catch (InvalidPathException e) {
            throw refused(text, "a path that this system allows, but: " + Printable.message(e));
        }
    }

    private static ModelName tagged(String text) {
        Matcher matcher = SHORT.matcher(text.toLowerCase(Locale.ROOT));
        if (!matcher.matches() || text.contains("..")) {
            throw refused(
                    text,
                    "family:tag of letters, digits, '.', '_' and '-'; hf:org/repo[@revision][:quantisation]; a path; "
                            + "or pip:, npm:, mvn: with a package and a file in it");
        }
        return new ModelName.Tagged(matcher.group(1), Optional.ofNullable(matcher.group(2)));
    }

    private static ModelName huggingFace(String text) {
        Matcher matcher = HUGGING_FACE.matcher(text);
        if (!matcher.matches() || text.contains("..") || text.contains("//") || text.endsWith("/")) {
            throw refused(text, "hf:org/repo[@revision][:quantisation or file]");
        }
        return new ModelName.HuggingFace(
                matcher.group(1), Optional.ofNullable(matcher.group(2)), Optional.ofNullable(matcher.group(3)));
    }

    private static PackagePart part(String text) {
        return switch (text.substring(0, Math.min(4, text.length()))) {
            case "pip:" -> {
                Matcher m = matched(PIP, text, "pip:NAME==VERSION!path-in-wheel");
                yield new PackagePart.Pip(m.group(1), m.group(2), entry(text, m.group(3)));
            }
            case "npm:" -> {
                Matcher m = matched(NPM, text, "npm:NAME@VERSION!path-in-package");
                yield new PackagePart.Npm(m.group(1), m.group(2), entry(text, m.group(3)));
            }
            default -> {
                Matcher m = matched(MAVEN, text, "mvn:GROUP:ARTIFACT:VERSION[:packaging[:classifier]]!path-in-archive");
                yield new PackagePart.Maven(
                        m.group(1),
                        m.group(2),
                        m.group(3),
                        Optional.ofNullable(m.group(4)),
                        Optional.ofNullable(m.group(5)),
                        entry(text, m.group(6)));
            }
        };
    }

    private static Matcher matched(Pattern pattern, String text, String rule) {
        Matcher matcher = pattern.matcher(text);
        if (!matcher.matches()) {
            throw refused(text, rule);
        }
        return matcher;
    }

    /** A path inside an archive: relative, with {@code /} between its parts, none of them {@code .} or {@code ..}. */
    private static String entry(String text, String path) {
        boolean plain = path.chars().allMatch(c -> c >= ' ' && c != '\\' && c != 0x7f);
        List<String> steps = List.of(path.split("/", -1));
        if (!plain || steps.stream().anyMatch(step -> step.isEmpty() || step.equals(".") || step.equals(".."))) {
            throw refused(text, "after '!' a relative path without '..' and empty parts");
        }
        return path;
    }

    private static HubException refused(String text, String rule) {
        return new HubException("model name: " + Printable.line(text) + " (expected: " + rule + ")");
    }
}
