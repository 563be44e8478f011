package wok.tokenizer;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** What namespace() makes: attributes that inner scopes may assign. */
final class JinjaNamespace implements JinjaValue.Behaviour {
    private final Map<String, JinjaValue> attributes = new LinkedHashMap<>();

    JinjaNamespace(JinjaDict initial) {
        for (JinjaDict.Entry entry : initial.entries()) {
            if (entry.key() instanceof JinjaValue.Text name) {
                attributes.put(name.plain(), entry.value());
            }
        }
    }

    void set(String name, JinjaValue value) {
        attributes.put(name, value);
    }

    @Override
    public String typeName() {
        return "Namespace";
    }

    @Override
    public Optional<JinjaValue> attribute(String name) {
        return Optional.ofNullable(attributes.get(name));
    }
}
