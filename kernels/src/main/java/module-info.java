@org.jspecify.annotations.NullMarked
module wok.kernels {
    requires static org.jspecify;
    requires transitive wok.tensor;
    requires wok.assembler;
    requires static jdk.incubator.vector;

    exports wok.kernels;
}
