package wok.cli;

import java.util.Locale;

/** Numbers as people read them. Any thread. */
final class Quantity {
    private Quantity() {}

    /** 1023 B, 1.50 MB, 27.3 GB: three digits, powers of 1000. */
    static String bytes(long bytes) {
        return scaled((double) bytes, " ", new String[] {"B", "kB", "MB", "GB", "TB", "PB"});
    }

    /** 999, 1.50M, 135M, 7.62B: counts of parameters and tokens. */
    static String count(long count) {
        return scaled((double) count, "", new String[] {"", "K", "M", "B", "T"});
    }

    /** 850 ms, 3.2 s, 2 min 05 s, 1 h 02 min. */
    static String duration(long nanos) {
        double seconds = nanos / 1e9;
        if (seconds < 1) {
            return String.format(Locale.ROOT, "%.0f ms", seconds * 1000);
        }
        if (seconds < 60) {
            return String.format(Locale.ROOT, "%.1f s", seconds);
        }
        long whole = Math.round(seconds);
        return whole < 3600
                ? String.format(Locale.ROOT, "%d min %02d s", whole / 60, whole % 60)
                : String.format(Locale.ROOT, "%d h %02d min", whole / 3600, whole % 3600 / 60);
    }

    private static String scaled(double value, String space, String[] units) {
        int unit = 0;
        while (value >= 999.5 && unit < units.length - 1) {
            value /= 1000;
            unit++;
        }
        String digits = unit == 0 || value >= 99.95
                ? String.format(Locale.ROOT, "%.0f", value)
                : String.format(Locale.ROOT, value >= 9.995 ? "%.1f" : "%.2f", value);
        return digits + (units[unit].isEmpty() ? "" : space + units[unit]);
    }
}
