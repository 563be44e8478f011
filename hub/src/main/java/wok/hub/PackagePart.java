package wok.hub;

import java.util.Optional;

/** One file inside one package of a registry that the user's own client (pip, npm, mvn) can reach. */
public sealed interface PackagePart {

    /** The file's path inside the package's archive, with {@code /} between folders. */
    String entry();

    /** {@code pip:NAME==VERSION!path-in-wheel} */
    record Pip(String name, String version, String entry) implements PackagePart {
        @Override
        public String toString() {
            return "pip:" + name + "==" + version + "!" + entry;
        }
    }

    /** {@code npm:NAME@VERSION!path}, NAME may be {@code @scope/name} */
    record Npm(String name, String version, String entry) implements PackagePart {
        @Override
        public String toString() {
            return "npm:" + name + "@" + version + "!" + entry;
        }
    }

    /** {@code mvn:GROUP:ARTIFACT:VERSION[:packaging[:classifier]]!path} */
    record Maven(
            String group,
            String artifact,
            String version,
            Optional<String> packaging,
            Optional<String> classifier,
            String entry)
            implements PackagePart {
        /** {@code GROUP:ARTIFACT:VERSION[:packaging[:classifier]]}, as Maven writes it. */
        String coordinates() {
            return group + ":" + artifact + ":" + version
                    + packaging.map(p -> ":" + p).orElse("")
                    + classifier.map(c -> ":" + c).orElse("");
        }

        @Override
        public String toString() {
            return "mvn:" + coordinates() + "!" + entry;
        }
    }
}
