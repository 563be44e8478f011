/** Measurements: kernels against the machine's peak, Wok against other engines. */
@org.jspecify.annotations.NullMarked
module wok.bench {
    requires static org.jspecify;
    requires wok.formats;
    requires info.picocli;

    opens wok.bench to
            info.picocli;
}
