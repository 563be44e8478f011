@org.jspecify.annotations.NullMarked
module wok.hub {
    requires static org.jspecify;
    requires java.net.http;
    requires wok.formats;

    exports wok.hub;
}
