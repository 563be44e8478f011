package wok.bench;

import java.util.Map;

/** A program that can be measured. Called from one thread; each call starts and ends a process of its own. */
sealed interface Engine permits WokEngine, LlamaBenchEngine, NodeEngine {
    String name();

    /**
     * Measures one part.
     *
     * @return the means of the runs; empty if the engine has no such test
     * @throws BenchException if its program fails or prints something else
     */
    Map<Measure, Double> measure(Part part, int threads);
}
