package wok.tokenizer;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** The variable "loop": where a for loop is. Looks at most one element ahead, as Jinja2 does. */
final class JinjaLoop implements JinjaValue.Behaviour {
    /** Renders the loop's body over other elements. */
    interface Recursion {
        JinjaValue render(JinjaValue iterable, int depth);
    }

    private final Optional<Recursion> recursion;
    private final int depth0;
    private Iterator<JinjaValue> iterator;
    private OptionalInt length;
    private int index0 = -1;
    private Optional<JinjaValue> before = Optional.empty();
    private Optional<JinjaValue> current = Optional.empty();
    private Optional<JinjaValue> after = Optional.empty();
    private Optional<List<JinjaValue>> lastChanged = Optional.empty();

    /**
     * @param length of what is iterated, where it is known before
     * @param recursion for a loop marked recursive
     * @param depth0 how many recursive calls deep, from 0
     */
    JinjaLoop(Iterator<JinjaValue> iterator, OptionalInt length, Optional<Recursion> recursion, int depth0) {
        this.iterator = iterator;
        this.length = length;
        this.recursion = recursion;
        this.depth0 = depth0;
    }

    /** The next element, if there is one. */
    Optional<JinjaValue> advance() {
        Optional<JinjaValue> next = peek();
        if (next.isPresent()) {
            after = Optional.empty();
            index0++;
            before = current;
            current = next;
        }
        return next;
    }

    private Optional<JinjaValue> peek() {
        if (after.isEmpty() && iterator.hasNext()) {
            after = Optional.of(iterator.next());
        }
        return after;
    }

    int length() {
        if (length.isEmpty()) {
            List<JinjaValue> rest = new ArrayList<>();
            iterator.forEachRemaining(rest::add);
            iterator = rest.iterator();
            length = OptionalInt.of(rest.size() + index0 + 1 + (after.isPresent() ? 1 : 0));
        }
        return length.getAsInt();
    }

    @Override
    public String typeName() {
        return "LoopContext";
    }

    @Override
    public Optional<JinjaValue> attribute(String name) {
        return switch (name) {
            case "index" -> Optional.of(JinjaValue.of(index0 + 1));
            case "index0" -> Optional.of(JinjaValue.of(index0));
            case "revindex" -> Optional.of(JinjaValue.of(length() - index0));
            case "revindex0" -> Optional.of(JinjaValue.of(length() - index0 - 1));
            case "length" -> Optional.of(JinjaValue.of(length()));
            case "first" -> Optional.of(JinjaValue.of(index0 == 0));
            case "last" -> Optional.of(JinjaValue.of(peek().isEmpty()));
            case "depth" -> Optional.of(JinjaValue.of(depth0 + 1));
            case "depth0" -> Optional.of(JinjaValue.of(depth0));
            case "previtem" ->
                Optional.of(
                        index0 == 0
                                ? new JinjaValue.Undefined("there is no previous item")
                                : before.orElse(JinjaValue.NONE));
            case "nextitem" -> Optional.of(peek().orElse(new JinjaValue.Undefined("there is no next item")));
            case "cycle" -> Optional.of(new JinjaFunction("cycle", (run, arguments) -> cycle(arguments)));
            case "changed" -> Optional.of(new JinjaFunction("changed", this::changed));
            default -> Optional.empty();
        };
    }

    private JinjaValue cycle(JinjaArguments arguments) {
        if (arguments.positional().isEmpty()) {
            throw new JinjaError("no items for cycling given");
        }
        return arguments.positional().get(index0 % arguments.positional().size());
    }

    private JinjaValue changed(JinjaRun run, JinjaArguments arguments) {
        JinjaValue values = JinjaValue.list(arguments.positional());
        boolean same =
                lastChanged.isPresent() && JinjaOperators.isEqual(run, JinjaValue.list(lastChanged.get()), values);
        lastChanged = Optional.of(arguments.positional());
        return JinjaValue.of(!same);
    }

    @Override
    public boolean isCallable() {
        return true;
    }

    @Override
    public JinjaValue call(JinjaRun run, JinjaArguments arguments) {
        JinjaValue iterable = arguments.bind("loop", List.of("iterable")).at(0);
        return recursion
                .orElseThrow(
                        () -> new JinjaError("The loop must have the 'recursive' marker to be called recursively."))
                .render(iterable, depth0 + 1);
    }

    @Override
    public String described() {
        return "<LoopContext " + (index0 + 1) + "/" + length() + ">";
    }
}
