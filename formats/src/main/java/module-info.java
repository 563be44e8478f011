@org.jspecify.annotations.NullMarked
module wok.formats {
    requires static org.jspecify;
    requires transitive wok.tensor;

    exports wok.formats;
}
