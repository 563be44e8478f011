package wok.tokenizer;

/** Escaping for HTML, which a few templates use although prompts are not HTML. Stateless. */
final class JinjaHtml {
    private JinjaHtml() {}

    /** The text as Markup has it: itself if it is Markup already. */
    static JinjaString escape(JinjaRun run, JinjaValue value) {
        if (value instanceof JinjaValue.Text text && text.markup()) {
            return text.string();
        }
        JinjaString string = JinjaPrinter.text(run, value);
        JinjaStringBuilder out = new JinjaStringBuilder(run);
        int from = 0;
        for (int i = 0; i < string.length(); i++) {
            String entity = entity(string.text().charAt(i));
            if (!entity.isEmpty()) {
                out.append(string, from, i).append(entity, string.isTrustedAt(i));
                from = i + 1;
            }
        }
        return out.append(string, from, string.length()).build();
    }

    private static String entity(char c) {
        return switch (c) {
            case '&' -> "&amp;";
            case '<' -> "&lt;";
            case '>' -> "&gt;";
            case '\'' -> "&#39;";
            case '"' -> "&#34;";
            default -> "";
        };
    }

    /** Without comments and tags, white space made single blanks, and the five entities resolved. */
    static JinjaString stripTags(JinjaString string) {
        String text = string.text();
        StringBuilder kept = new StringBuilder();
        int lastComment = text.lastIndexOf("-->");
        int lastTag = text.lastIndexOf('>');
        int at = 0;
        while (at < text.length()) {
            int comment = at <= lastComment && text.startsWith("<!--", at) ? text.indexOf("-->", at) : -1;
            int tag = at <= lastTag && text.charAt(at) == '<' ? text.indexOf('>', at) : -1;
            if (comment >= 0) {
                at = comment + 3;
            } else if (tag >= 0) {
                at = tag + 1;
            } else {
                kept.append(text.charAt(at++));
            }
        }
        String words = String.join(" ", JinjaSplitting.words(kept.toString()));
        String plain = words.replace("&lt;", "<")
                .replace("&gt;", ">")
                .replace("&#39;", "'")
                .replace("&#34;", "\"")
                .replace("&quot;", "\"")
                .replace("&amp;", "&");
        return JinjaString.of(plain, string.isTrusted());
    }
}
