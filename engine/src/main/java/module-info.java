@org.jspecify.annotations.NullMarked
module wok.engine {
    requires static org.jspecify;
    requires transitive wok.model;
    requires transitive wok.tokenizer;

    exports wok.engine;
}
