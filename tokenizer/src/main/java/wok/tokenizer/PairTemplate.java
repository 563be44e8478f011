package wok.tokenizer;

import java.util.List;

/**
 * How two texts become one sequence of tokens: what stands before, between and behind them, and which type each token
 * has. A value.
 */
record PairTemplate(List<Element> elements) {
    PairTemplate {
        elements = List.copyOf(elements);
    }

    /** A part of the sequence. */
    sealed interface Element {
        /** The type of its tokens. */
        int type();
    }

    /** A token that the tokenizer adds. */
    record Added(int id, int type) implements Element {}

    /** The first or the second text. */
    record Text(boolean isFirst, int type) implements Element {}

    /** {@code [CLS] A [SEP] B [SEP]}, the second text and its end of type 1. */
    static PairTemplate bert(int cls, int sep) {
        return new PairTemplate(List.of(
                new Added(cls, 0), new Text(true, 0), new Added(sep, 0), new Text(false, 1), new Added(sep, 1)));
    }

    /** {@code <s> A </s> </s> B </s>}, all of type 0. */
    static PairTemplate roberta(int begin, int end) {
        return new PairTemplate(List.of(
                new Added(begin, 0),
                new Text(true, 0),
                new Added(end, 0),
                new Added(end, 0),
                new Text(false, 0),
                new Added(end, 0)));
    }

    /** Tokens beside the two texts. */
    int added() {
        return (int) elements.stream().filter(Added.class::isInstance).count();
    }

    /** Both texts' tokens in their places. */
    TypedTokens join(int[] first, int[] second, int wanted) {
        int count = added() + first.length + second.length;
        int[] ids = new int[count];
        int[] types = new int[count];
        int at = 0;
        for (Element element : elements) {
            int[] part = switch (element) {
                case Added added -> new int[] {added.id()};
                case Text text -> text.isFirst() ? first : second;
            };
            System.arraycopy(part, 0, ids, at, part.length);
            java.util.Arrays.fill(types, at, at + part.length, element.type());
            at += part.length;
        }
        return new TypedTokens(ids, types, wanted);
    }
}
