/** The command line: parses words, calls the floors below, renders answers. */
@org.jspecify.annotations.NullMarked
module wok.cli {
    requires static org.jspecify;
    requires wok.api;
    requires wok.hub;
    requires wok.formats;
    requires wok.tokenizer;
    requires wok.engine;
    requires wok.model;
    requires wok.kernels;
    requires wok.convert;
    requires wok.synth;
    requires java.net.http;
    requires info.picocli;
    requires org.jline;
    requires org.commonmark;
    requires org.commonmark.ext.gfm.tables;

    opens wok.cli to
            info.picocli;
}
