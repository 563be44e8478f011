package wok.kernels;

/**
 * One worker's scratch memory, kept from operation to operation so that nothing is allocated while a model decodes.
 * Used by one worker at a time.
 */
final class Workspace {
    private float[][] floats = new float[8][0];

    /** Scratch array number {@code slot} with at least {@code length} elements; its content is whatever it was. */
    float[] floats(int slot, int length) {
        if (floats[slot].length < length) {
            floats[slot] = new float[length];
        }
        return floats[slot];
    }
}
