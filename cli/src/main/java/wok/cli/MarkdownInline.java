package wok.cli;

import java.util.Set;
import org.commonmark.node.AbstractVisitor;
import org.commonmark.node.Code;
import org.commonmark.node.CustomNode;
import org.commonmark.node.Emphasis;
import org.commonmark.node.HardLineBreak;
import org.commonmark.node.HtmlInline;
import org.commonmark.node.Image;
import org.commonmark.node.Link;
import org.commonmark.node.Node;
import org.commonmark.node.SoftLineBreak;
import org.commonmark.node.StrongEmphasis;
import org.commonmark.node.Text;
import org.commonmark.parser.Parser;
import org.jline.utils.WCWidth;

/**
 * Markdown inside a line (emphasis, code, links) as text for a terminal. Character references are decoded by the
 * parser, numeric ones of control characters too, so every literal is made harmless after parsing. Any thread.
 */
final class MarkdownInline {
    private static final Parser PARSER =
            Parser.builder().enabledBlockTypes(Set.of()).build();

    /** Behind it a line can't be the definition of a link, which has no text of its own. */
    private static final String GUARD = ". ";

    private MarkdownInline() {}

    /** One line or part of one, with the spaces around it kept. */
    static String render(String line, Paint paint) {
        String inner = line.strip();
        if (inner.isEmpty()) {
            return line;
        }
        int start = line.indexOf(inner);
        String rendered = render(PARSER.parse(GUARD + inner), paint).substring(GUARD.length());
        String shown = rendered.isEmpty() ? TerminalText.harmless(inner) : rendered;
        return line.substring(0, start) + shown + line.substring(start + inner.length());
    }

    /** The content of a node. */
    static String render(Node node, Paint paint) {
        Renderer renderer = new Renderer(paint);
        renderer.content(node);
        return renderer.out.toString();
    }

    /** How many columns a terminal gives to a text without escape sequences. */
    static int columns(String plain) {
        return plain.codePoints()
                .map(WCWidth::wcwidth)
                .filter(width -> width > 0)
                .sum();
    }

    private static final class Renderer extends AbstractVisitor {
        private final Paint paint;
        private final StringBuilder out = new StringBuilder();

        Renderer(Paint paint) {
            this.paint = paint;
        }

        void content(Node node) {
            visitChildren(node);
        }

        @Override
        public void visit(Text text) {
            out.append(TerminalText.harmless(text.getLiteral()));
        }

        @Override
        public void visit(Code code) {
            out.append(paint.cyan(TerminalText.harmless(code.getLiteral())));
        }

        @Override
        public void visit(HtmlInline html) {
            out.append(TerminalText.harmless(html.getLiteral()));
        }

        @Override
        public void visit(Emphasis emphasis) {
            out.append(paint.italic(render(emphasis, paint)));
        }

        @Override
        public void visit(StrongEmphasis strong) {
            out.append(paint.bold(render(strong, paint)));
        }

        @Override
        public void visit(Link link) {
            String text = render(link, paint);
            String destination = TerminalText.harmless(link.getDestination());
            out.append(paint.underlined(text));
            if (!text.equals(destination)) {
                out.append(paint.dim(" (" + destination + ")"));
            }
        }

        @Override
        public void visit(Image image) {
            out.append(render(image, paint))
                    .append(paint.dim(" (" + TerminalText.harmless(image.getDestination()) + ")"));
        }

        @Override
        public void visit(SoftLineBreak lineBreak) {
            out.append('\n');
        }

        @Override
        public void visit(HardLineBreak lineBreak) {
            out.append('\n');
        }

        @Override
        public void visit(CustomNode node) {
            visitChildren(node);
        }
    }
}
