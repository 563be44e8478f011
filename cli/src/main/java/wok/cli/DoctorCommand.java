package wok.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import wok.formats.Json;

/** {@code wok doctor}: whether this computer has what Wok needs. */
@Command(
        name = "doctor",
        header = "Check this computer: Java, processor, kernels, memory, store, network.",
        description = {"", "Exit code 0 when nothing failed; warnings don't count."},
        synopsisHeading = "%nUsage: ",
        optionListHeading = "%nOptions:%n",
        footerHeading = "%nExamples:%n",
        footer = {"  wok doctor", "  wok doctor --json --offline"})
final class DoctorCommand implements Callable<Integer> {
    private final Streams streams;

    @Mixin
    private final HubMixin hub = new HubMixin();

    @Option(names = "--json", description = "Print a JSON object: {\"checks\":[…]}.")
    private boolean json;

    DoctorCommand(Streams streams) {
        this.streams = streams;
    }

    @Override
    public Integer call() {
        List<Finding> findings = new ArrayList<>();
        try (Spinner _ = Spinner.start(streams, "looking around")) {
            findings.add(MachineChecks.java());
            findings.add(MachineChecks.processor());
            findings.addAll(MachineChecks.kernels());
            findings.addAll(MachineChecks.peaks());
            findings.add(MachineChecks.memory());
            findings.add(HubChecks.store(hub.store(streams)));
            findings.add(HubChecks.network(hub.options(streams)));
        }
        if (json) {
            streams.out()
                    .line(Json.object(
                                    "checks",
                                    Json.array(findings.stream()
                                            .map(Finding::object)
                                            .toList()))
                            .toString());
        } else {
            findings.forEach(finding -> streams.out().print(finding.words(streams.paint())));
        }
        boolean failed = findings.stream().anyMatch(finding -> finding.state() == Finding.State.FAIL);
        return failed ? Main.FAILED : Main.DONE;
    }
}
