/**
 * Measurements that are too large or too special for a test: kernels against the machine's measured peak, and Wok
 * against other engines on the same file.
 *
 * <p>In reading order: {@link wok.bench.Compare} (the program), {@code Comparison} (rounds), {@code Engine} and its two
 * kinds, {@code ChildProcess}, {@code CompareReport}; {@link wok.bench.KernelReport} (the other program), {@link
 * wok.bench.ProductBenchmark}.
 *
 * <p>No other module may use this one. It knows of other engines only how their benchmark programs are called and what
 * they print.
 */
package wok.bench;
