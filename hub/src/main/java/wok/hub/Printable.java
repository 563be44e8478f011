package wok.hub;

import java.util.Locale;

/** Foreign text and numbers as they appear in messages. Any thread. */
final class Printable {
    private static final int CHARACTERS_MAX = 300;

    private Printable() {}

    /** One line without control characters, cut after {@value #CHARACTERS_MAX} characters. */
    static String line(String foreign) {
        String cut = foreign.length() > CHARACTERS_MAX ? foreign.substring(0, CHARACTERS_MAX) + "…" : foreign;
        StringBuilder line = new StringBuilder(cut.length());
        cut.codePoints().forEach(c -> line.appendCodePoint(Character.isISOControl(c) ? ' ' : c));
        return line.toString().strip();
    }

    /** A size as people read it: {@code 98.4 MB}. */
    static String bytes(long bytes) {
        if (bytes < 1000) {
            return bytes + " bytes";
        }
        double value = bytes;
        String[] units = {"kB", "MB", "GB", "TB"};
        int unit = -1;
        while (value >= 1000 && unit < units.length - 1) {
            value /= 1000;
            unit++;
        }
        return String.format(Locale.ROOT, "%.1f %s", value, units[unit]);
    }

    /** An exception's message, as one line. */
    static String message(Throwable failure) {
        return line(String.valueOf(failure.getMessage()));
    }

    /** Why an operation failed, in a few words. The JDK's connection failures keep their reason in their causes. */
    static String reason(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof java.nio.channels.UnresolvedAddressException) {
                return "unknown host name";
            }
            String message = cause.getMessage();
            if (message != null && !message.isBlank()) {
                return cause.getClass().getSimpleName().replaceAll("Exception$", "") + ": " + line(message);
            }
        }
        return failure.getClass().getSimpleName().replaceAll("Exception$", "");
    }
}
