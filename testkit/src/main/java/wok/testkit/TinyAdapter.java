package wok.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SplittableRandom;
import wok.formats.SafetensorsWriter;
import wok.tensor.DType;
import wok.tensor.Shape;
import wok.tensor.Tensor;

/**
 * A random LoRA adapter of a {@link TinyModel}, as the PEFT library saves it: rank 4, alpha 8, on the projections of
 * attention and feed-forward. The same values give the same bytes. Immutable; any thread.
 *
 * @param seed of the weights
 */
public record TinyAdapter(TinyModel model, long seed) {
    private static final int RANK = 4;

    /** Writes adapter_config.json and adapter_model.safetensors into a folder, which it makes. */
    public Path write(Path folder) {
        SafetensorsWriter writer = new SafetensorsWriter();
        int queries = model.heads() * model.headDim();
        int keys = model.kvHeads() * model.headDim();
        for (int layer = 0; layer < model.layers(); layer++) {
            String name = "base_model.model.model.layers." + layer + ".";
            add(writer, name + "self_attn.q_proj", queries, model.hidden());
            add(writer, name + "self_attn.k_proj", keys, model.hidden());
            add(writer, name + "self_attn.v_proj", keys, model.hidden());
            add(writer, name + "self_attn.o_proj", model.hidden(), queries);
            add(writer, name + "mlp.gate_proj", model.feedForward(), model.hidden());
            add(writer, name + "mlp.up_proj", model.feedForward(), model.hidden());
            add(writer, name + "mlp.down_proj", model.hidden(), model.feedForward());
        }
        try {
            Files.createDirectories(folder);
            Files.writeString(
                    folder.resolve("adapter_config.json"),
                    "{\"peft_type\": \"LORA\", \"r\": " + RANK + ", \"lora_alpha\": 8, \"bias\": \"none\"}");
            writer.write(folder.resolve("adapter_model.safetensors"));
            return folder;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void add(SafetensorsWriter writer, String name, int rows, int columns) {
        writer.tensor(matrix(name + ".lora_A.weight", RANK, columns));
        writer.tensor(matrix(name + ".lora_B.weight", rows, RANK));
    }

    private Tensor matrix(String name, int rows, int columns) {
        SplittableRandom random = new SplittableRandom(seed * 0x9E37_79B9_7F4A_7C15L + name.hashCode());
        MemorySegment data = MemorySegment.ofArray(new byte[4 * rows * columns]);
        for (int i = 0; i < rows * columns; i++) {
            float value = (float) ((random.nextDouble() * 2 - 1) / Math.sqrt(columns));
            data.set(ValueLayout.JAVA_FLOAT_UNALIGNED, 4L * i, value);
        }
        return new Tensor(name, DType.F32, Shape.of(rows, columns), data);
    }
}
