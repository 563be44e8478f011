package wok.formats;

import static java.util.Map.entry;

import java.util.Map;
import java.util.Optional;
import wok.tensor.DType;

/** The names that a pickle may mention: all that are not here are refused. Stateless; any thread. */
final class PickleGlobals {
    private static final Map<String, Pickle> ALLOWED = Map.ofEntries(
            entry("collections.OrderedDict", Pickle.Function.ORDERED_DICT),
            entry("torch.Size", Pickle.Function.SIZE),
            entry("torch._utils._rebuild_tensor", Pickle.Function.REBUILD_TENSOR),
            entry("torch._utils._rebuild_tensor_v2", Pickle.Function.REBUILD_TENSOR_V2),
            entry("torch._utils._rebuild_tensor_v3", Pickle.Function.REBUILD_TENSOR_V3),
            entry("torch._utils._rebuild_parameter", Pickle.Function.REBUILD_PARAMETER),
            entry("torch.storage.UntypedStorage", new Pickle.StorageType(Optional.empty())),
            entry("torch.UntypedStorage", new Pickle.StorageType(Optional.empty())),
            entry("torch.DoubleStorage", storage(DType.F64)),
            entry("torch.FloatStorage", storage(DType.F32)),
            entry("torch.HalfStorage", storage(DType.F16)),
            entry("torch.BFloat16Storage", storage(DType.BF16)),
            entry("torch.LongStorage", storage(DType.I64)),
            entry("torch.IntStorage", storage(DType.I32)),
            entry("torch.ShortStorage", storage(DType.I16)),
            entry("torch.CharStorage", storage(DType.I8)),
            entry("torch.ByteStorage", storage(DType.U8)),
            entry("torch.BoolStorage", storage(DType.BOOL)),
            entry("torch.float64", element(DType.F64)),
            entry("torch.float32", element(DType.F32)),
            entry("torch.float16", element(DType.F16)),
            entry("torch.bfloat16", element(DType.BF16)),
            entry("torch.float8_e4m3fn", element(DType.F8_E4M3)),
            entry("torch.float8_e5m2", element(DType.F8_E5M2)),
            entry("torch.float8_e8m0fnu", element(DType.F8_E8M0)),
            entry("torch.int64", element(DType.I64)),
            entry("torch.int32", element(DType.I32)),
            entry("torch.int16", element(DType.I16)),
            entry("torch.int8", element(DType.I8)),
            entry("torch.uint64", element(DType.U64)),
            entry("torch.uint32", element(DType.U32)),
            entry("torch.uint16", element(DType.U16)),
            entry("torch.uint8", element(DType.U8)),
            entry("torch.bool", element(DType.BOOL)));

    private PickleGlobals() {}

    private static Pickle storage(DType type) {
        return new Pickle.StorageType(Optional.of(type));
    }

    private static Pickle element(DType type) {
        return new Pickle.ElementType(type);
    }

    /** What {@code module.name} stands for, if it is allowed. */
    static Optional<Pickle> find(String module, String name) {
        return Optional.ofNullable(ALLOWED.get(module + "." + name));
    }
}
