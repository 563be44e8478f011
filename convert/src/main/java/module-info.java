@org.jspecify.annotations.NullMarked
module wok.convert {
    requires static org.jspecify;
    requires transitive wok.formats;
    requires wok.kernels;
    requires transitive wok.model;
    requires wok.tokenizer;

    exports wok.convert;
}
