/** Measurements: kernels against the machine's peak, Wok against other engines. */
@org.jspecify.annotations.NullMarked
module wok.bench {
    requires static org.jspecify;
    requires wok.formats;
    requires wok.kernels;
    requires wok.synth;
    requires info.picocli;
    requires jmh.core;

    exports wok.bench to
            jmh.core;

    opens wok.bench to
            info.picocli;
}
