package wok.tokenizer;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.Optional;
import org.assertj.core.api.Assertions;
import wok.formats.Json;

/** Reads golden data and sets templates up as those who made it did. Stateless. */
final class TemplateGoldens {
    private TemplateGoldens() {}

    static Clock clock(String localTime) {
        return Clock.fixed(LocalDateTime.parse(localTime).toInstant(ZoneOffset.UTC), ZoneOffset.UTC);
    }

    static ChatTemplate parse(String name, String source) {
        return ChatTemplate.parse(name, source).withClock(clock("2026-01-02T03:04:05"));
    }

    static TemplateException failure(String source, Json.Obj context) {
        return Assertions.catchThrowableOfType(
                TemplateException.class, () -> parse("probe", source).render(context));
    }

    static Json.Obj object(Path file) throws IOException {
        return Json.parseObject(file.toString(), Files.readAllBytes(file));
    }

    /** The folder of goldens beside the repository, where it is there. */
    static Optional<Path> shared() {
        for (Path at = Path.of("").toAbsolutePath(); at != null; at = at.getParent()) {
            Path goldens = at.resolve("shared").resolve("goldens");
            if (Files.isDirectory(goldens)) {
                return Optional.of(goldens);
            }
        }
        return Optional.empty();
    }
}
