@org.jspecify.annotations.NullMarked
module wok.hub {
    requires static org.jspecify;
    requires wok.formats;

    exports wok.hub;
}
