@org.jspecify.annotations.NullMarked
module wok.assembler {
    requires static org.jspecify;

    exports wok.assembler;
}
