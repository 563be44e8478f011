/** Small programs that use Wok's Java API; compiled and run by the tests. */
@org.jspecify.annotations.NullMarked
module wok.examples {
    requires static org.jspecify;
    requires wok.api;

    exports wok.examples;
}
