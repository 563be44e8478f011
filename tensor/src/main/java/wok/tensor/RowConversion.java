package wok.tensor;

/**
 * Makes rows of a tensor whose file stores them in another form: codes and scales in tensors of their own, or columns
 * where we want rows. What it gives is a pure function of the file. Called by several threads at once.
 */
@FunctionalInterface
public interface RowConversion {
    /**
     * Writes rows {@code first} to {@code first + count - 1}, one behind the other, to the start of {@code to}.
     *
     * @param to {@code count} times the bytes of a row
     */
    void convert(long first, int count, byte[] to);
}
