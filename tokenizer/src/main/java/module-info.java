@org.jspecify.annotations.NullMarked
module wok.tokenizer {
    requires static org.jspecify;
    requires transitive wok.formats;

    exports wok.tokenizer;
}
