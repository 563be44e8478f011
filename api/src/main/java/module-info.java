@org.jspecify.annotations.NullMarked
module wok.api {
    requires static org.jspecify;
    requires transitive wok.engine;
    requires transitive wok.hub;

    exports wok.api;
}
