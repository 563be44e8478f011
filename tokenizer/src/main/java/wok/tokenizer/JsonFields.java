package wok.tokenizer;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import wok.formats.Json;

/**
 * A JSON object of a tokenizer with the path that leads to it, so that every complaint names its field. A value; any
 * thread may read it.
 */
record JsonFields(String path, Json.Obj object) {

    /** The component's {@code type}. */
    String type() {
        return text("type");
    }

    String text(String key) {
        return object.text(key).orElseThrow(() -> wrong(key, "a string"));
    }

    String text(String key, String ifAbsent) {
        return object.get(key).isEmpty() ? ifAbsent : text(key);
    }

    boolean bool(String key) {
        return object.bool(key).orElseThrow(() -> wrong(key, "true or false"));
    }

    boolean bool(String key, boolean ifAbsent) {
        return object.get(key).isEmpty() ? ifAbsent : bool(key);
    }

    /** An integer from 0 to a limit. */
    int count(String key, int most) {
        return count(key, object.get(key).orElseThrow(() -> wrong(key, "an integer")), most);
    }

    int count(String key, int ifAbsent, int most) {
        return object.get(key).isEmpty() ? ifAbsent : count(key, most);
    }

    /** A value of this object as an integer from 0 to a limit. */
    int count(String key, Json value, int most) {
        try {
            if (value instanceof Json.Num number) {
                long count = number.longValue();
                if (count >= 0 && count <= most) {
                    return (int) count;
                }
            }
        } catch (ArithmeticException e) { // a fraction, or beyond 64 bits: as wrong as the rest
            throw wrong(key, "an integer from 0 to " + most);
        }
        throw wrong(key, "an integer from 0 to " + most);
    }

    JsonFields object(String key) {
        return new JsonFields(path + "." + key, object.object(key).orElseThrow(() -> wrong(key, "an object")));
    }

    Optional<JsonFields> optionalObject(String key) {
        return object.get(key).isEmpty() ? Optional.empty() : Optional.of(object(key));
    }

    /** The elements of an array of objects; none if it is absent. */
    List<JsonFields> objects(String key) {
        List<JsonFields> all = new ArrayList<>();
        List<Json> elements = array(key);
        for (int i = 0; i < elements.size(); i++) {
            if (!(elements.get(i) instanceof Json.Obj element)) {
                throw wrong(key + "[" + i + "]", "an object");
            }
            all.add(new JsonFields(path + "." + key + "[" + i + "]", element));
        }
        return all;
    }

    /** The elements of an array; none if it is absent. */
    List<Json> array(String key) {
        if (object.get(key).isEmpty()) {
            return List.of();
        }
        return object.array(key).orElseThrow(() -> wrong(key, "an array")).elements();
    }

    TokenizerException wrong(String key, String expected) {
        String found = object.get(key).map(Json::toString).orElse("nothing");
        return new TokenizerException(
                path + "." + key + ": " + Messages.quote(found) + " (expected: " + expected + ")");
    }

    /** The complaint about a component that Wok does not know. */
    TokenizerException unknown(String expected) {
        return new TokenizerException(path + ": unknown component " + Messages.quote(text("type", "without type"))
                + " (expected: " + expected + ")");
    }
}
