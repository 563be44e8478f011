package wok.cli;

import java.util.Locale;
import wok.formats.Json;

/**
 * One line of {@code wok doctor}. A value; any thread.
 *
 * @param name what was looked at
 * @param found what is there
 * @param remedy what to do about it; empty when there is nothing to do
 */
record Finding(String name, State state, String found, String remedy) {
    private static final int NAME_COLUMNS = 12;

    /** How it is. */
    enum State {
        OK,
        WARN,
        FAIL
    }

    static Finding ok(String name, String found) {
        return new Finding(name, State.OK, found, "");
    }

    static Finding warn(String name, String found, String remedy) {
        return new Finding(name, State.WARN, found, remedy);
    }

    static Finding fail(String name, String found, String remedy) {
        return new Finding(name, State.FAIL, found, remedy);
    }

    /** One line, or two with a remedy. */
    String words(Paint paint) {
        String mark = switch (state) {
            case OK -> paint.green("ok  ");
            case WARN -> paint.yellow("warn");
            case FAIL -> paint.red("fail");
        };
        String line = mark + "  " + name + " ".repeat(Math.max(1, NAME_COLUMNS - name.length()))
                + TerminalText.oneLine(found) + "\n";
        return remedy.isEmpty() ? line : line + " ".repeat(NAME_COLUMNS + 6) + "-> " + remedy + "\n";
    }

    Json.Obj object() {
        return Json.object(
                "name", Json.of(name),
                "state", Json.of(state.name().toLowerCase(Locale.ROOT)),
                "found", Json.of(found),
                "remedy", Json.of(remedy));
    }
}
