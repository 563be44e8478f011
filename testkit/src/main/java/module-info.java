@org.jspecify.annotations.NullMarked
module wok.testkit {
    requires static org.jspecify;
    requires transitive wok.formats;

    exports wok.testkit;
}
