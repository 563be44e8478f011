package wok.tokenizer;

import java.nio.charset.StandardCharsets;
import java.util.List;

/** All the steps from tokens' spellings to text. Immutable; any thread may use it. */
record DecoderChain(List<Decoder> decoders) {
    DecoderChain {
        decoders = decoders.isEmpty() ? List.of(new Decoder.Spaced()) : List.copyOf(decoders);
    }

    /** The stages for one stream, in front of the one that collects. */
    DecoderStage start(DecoderStages.Text end) {
        DecoderStage stage = end;
        for (int i = decoders.size() - 1; i >= 0; i--) {
            boolean fused = decoders.subList(0, i).stream().anyMatch(Decoder::fuses);
            stage = decoders.get(i).start(fused, stage);
        }
        return stage;
    }

    /** What a token adds to the stream of bytes in the middle of others. */
    byte[] bytes(String token) {
        String text = token;
        for (Decoder decoder : decoders) {
            int b = decoder instanceof Decoder.ByteFallback ? DecoderStages.ByteRuns.byteOf(text) : -1;
            if (b >= 0) {
                return new byte[] {(byte) b};
            }
            if (decoder instanceof Decoder.ByteLevel) {
                return ByteAlphabet.bytes(text);
            }
            text = decoder.one(text);
        }
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
