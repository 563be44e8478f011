package wok.cli;

/** Colours as escape sequences of ECMA-48, or none at all. Immutable; any thread. */
final class Paint {
    private static final Paint COLOURS = new Paint(true);
    private static final Paint PLAIN = new Paint(false);

    private final boolean colours;

    private Paint(boolean colours) {
        this.colours = colours;
    }

    static Paint of(boolean colours) {
        return colours ? COLOURS : PLAIN;
    }

    boolean colours() {
        return colours;
    }

    String bold(String text) {
        return code("1", text, "22");
    }

    String dim(String text) {
        return code("2", text, "22");
    }

    String italic(String text) {
        return code("3", text, "23");
    }

    String underlined(String text) {
        return code("4", text, "24");
    }

    String struck(String text) {
        return code("9", text, "29");
    }

    String red(String text) {
        return code("31", text, "39");
    }

    String green(String text) {
        return code("32", text, "39");
    }

    String yellow(String text) {
        return code("33", text, "39");
    }

    String cyan(String text) {
        return code("36", text, "39");
    }

    private String code(String on, String text, String off) {
        return colours && !text.isEmpty() ? "\u001b[" + on + "m" + text + "\u001b[" + off + "m" : text;
    }
}
