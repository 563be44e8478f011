@org.jspecify.annotations.NullMarked
module wok.model {
    requires static org.jspecify;
    requires transitive wok.kernels;
    requires transitive wok.formats;

    exports wok.model;
}
