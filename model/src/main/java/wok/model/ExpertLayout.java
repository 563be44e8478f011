package wok.model;

/**
 * How a file that stacks the matrices of all experts in one tensor lays them out. Gate and up are then mostly joined.
 */
enum ExpertLayout {
    /** As other matrices, [experts, outputs, inputs], gate before up: GGUF, and transformers since version 5. */
    ROWS,
    /** Transposed, [experts, inputs, outputs], gate before up: Llama 4. */
    COLUMNS,
    /** Transposed, gate and up in turn; quantised to MXFP4 the same not transposed: gpt-oss. */
    INTERLEAVED;

    /** What the folders of a family have. */
    static ExpertLayout ofFolder(Family family) {
        return switch (family) {
            case GPT_OSS -> INTERLEAVED;
            case LLAMA4 -> COLUMNS;
            default -> ROWS;
        };
    }
}
