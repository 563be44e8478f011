package wok.formats;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import wok.tensor.DType;
import wok.tensor.Shape;
import wok.tensor.Tensor;

/**
 * A tensor of an ONNX file: {@code TensorProto} of onnx.proto.
 *
 * @param type onnx.proto's number: 1 f32, 2 u8, 3 i8, 7 i64, 10 f16, 16 bf16
 * @param data its elements, row-major, little-endian; of the types that Wok reads exactly as many as the shape says
 */
record OnnxTensor(String name, int type, Shape shape, MemorySegment data) {
    static final int F32 = 1;
    static final int U8 = 2;
    static final int I8 = 3;
    static final int I64 = 7;
    private static final int F16 = 10;
    private static final int BF16 = 16;
    private static final int DIMENSIONS_MAX = 8;
    private static final int TYPED_NUMBERS_MAX = 1 << 16;

    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfFloat FLOAT =
            ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    /**
     * Reads a TensorProto.
     *
     * @throws MalformedModelException if it contradicts itself, or its data lies in another file
     */
    static OnnxTensor read(ProtobufCursor message) {
        List<Long> dimensions = new ArrayList<>();
        int type = 0;
        String name = "";
        MemorySegment data = MemorySegment.NULL;
        while (message.next()) {
            switch (message.field()) {
                case 1 -> addDimensions(message, dimensions);
                case 2 -> type = (int) message.integer();
                case 4, 9 -> data = message.bytes();
                case 5, 7 -> data = typed(message, data);
                case 8 -> name = message.text();
                case 13 -> throw message.failure("tensor", "data in another file", "data in this file");
                default -> {} // segments, strings, doubles, documentation: of no use here
            }
        }
        return checked(message, new OnnxTensor(name, type, shape(message, dimensions), data));
    }

    private static void addDimensions(ProtobufCursor message, List<Long> dimensions) {
        if (message.isInteger()) {
            dimensions.add(message.integer());
        } else {
            for (long dimension : ProtobufCursor.packed("dims", message.bytes(), message.offset(), DIMENSIONS_MAX)) {
                dimensions.add(dimension);
            }
        }
        if (dimensions.size() > DIMENSIONS_MAX) {
            throw message.failure("dims", dimensions.size() + " of them", "at most " + DIMENSIONS_MAX);
        }
    }

    private static Shape shape(ProtobufCursor message, List<Long> dimensions) {
        try {
            Shape shape = new Shape(dimensions);
            if (shape.elements() < 0) {
                throw message.failure("dims", dimensions.toString(), "sizes from 0 on");
            }
            return shape;
        } catch (IllegalArgumentException | ArithmeticException e) {
            throw message.failure("dims", dimensions.toString(), "sizes from 0 on, together within 2^63");
        }
    }

    /** int32_data and int64_data: small constants, one number a varint. Kept as 64 bits each, or a byte for 8-bit types. */
    private static MemorySegment typed(ProtobufCursor message, MemorySegment before) {
        long[] values = message.isInteger()
                ? new long[] {message.integer()}
                : ProtobufCursor.packed("numbers", message.bytes(), message.offset(), TYPED_NUMBERS_MAX);
        byte[] bytes = new byte[Math.toIntExact(before.byteSize()) + 8 * values.length];
        MemorySegment all = MemorySegment.ofArray(bytes);
        MemorySegment.copy(before, 0, all, 0, before.byteSize());
        for (int i = 0; i < values.length; i++) {
            all.set(LONG, before.byteSize() + 8L * i, values[i]);
        }
        if (bytes.length > 8 * TYPED_NUMBERS_MAX) {
            throw message.failure("numbers", "more than " + TYPED_NUMBERS_MAX, "fewer");
        }
        return all;
    }

    private static OnnxTensor checked(ProtobufCursor message, OnnxTensor tensor) {
        long width = tensor.elementBytes();
        boolean narrowed = (tensor.type == U8 || tensor.type == I8)
                && tensor.data.byteSize() == 8 * tensor.shape.elements()
                && tensor.shape.elements() > 0;
        OnnxTensor whole = narrowed ? tensor.narrowed() : tensor;
        if (width > 0
                && (whole.shape.elements() > whole.data.byteSize() / width
                        || whole.data.byteSize() != width * whole.shape.elements())) {
            throw message.failure(
                    "tensor " + tensor.name,
                    whole.data.byteSize() + " bytes",
                    whole.shape + " elements of " + width + " bytes");
        }
        return whole;
    }

    private OnnxTensor narrowed() {
        byte[] bytes = new byte[Math.toIntExact(shape.elements())];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = data.get(JAVA_BYTE, 8L * i);
        }
        return new OnnxTensor(name, type, shape, MemorySegment.ofArray(bytes));
    }

    /** 0 for types that Wok does not read. */
    private long elementBytes() {
        return switch (type) {
            case U8, I8 -> 1;
            case F16, BF16 -> 2;
            case F32 -> 4;
            case I64 -> 8;
            default -> 0;
        };
    }

    OnnxTensor named(String other) {
        return new OnnxTensor(other, type, shape, data);
    }

    boolean isQuantised() {
        return type == U8 || type == I8;
    }

    /** As a tensor of the same type, if it is one of floats. */
    Optional<Tensor> floats() {
        DType dtype = switch (type) {
            case F32 -> DType.F32;
            case F16 -> DType.F16;
            case BF16 -> DType.BF16;
            default -> DType.U8;
        };
        return dtype == DType.U8 || shape.rank() == 0
                ? Optional.empty()
                : Optional.of(new Tensor(name, dtype, shape, data));
    }

    /** The numbers of a small 64-bit tensor. */
    long[] longs() {
        long[] values = new long[type == I64 ? (int) Math.min(shape.elements(), TYPED_NUMBERS_MAX) : 0];
        for (int i = 0; i < values.length; i++) {
            values[i] = data.get(LONG, 8L * i);
        }
        return values;
    }

    /** Element {@code index} of 32-bit floats. */
    float real(long index) {
        return data.get(FLOAT, 4 * index);
    }

    /** Element {@code index} of an 8-bit tensor. */
    int small(long index) {
        byte raw = data.get(JAVA_BYTE, index);
        return type == U8 ? raw & 0xFF : raw;
    }
}
