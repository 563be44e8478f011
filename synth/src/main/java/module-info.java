@org.jspecify.annotations.NullMarked
module wok.synth {
    requires static org.jspecify;
    requires transitive wok.formats;

    exports wok.synth;
}
