@org.jspecify.annotations.NullMarked
module wok.tensor {
    requires static org.jspecify;

    exports wok.tensor;
}
