package wok.kernels;

import java.lang.foreign.Arena;
import wok.assembler.Assembler;
import wok.assembler.Gpr;
import wok.assembler.MachineFunction;
import wok.assembler.Mem;
import wok.assembler.RegisterFile;
import wok.assembler.Vec;

/**
 * Assembles the unpacking of blocks of keys or values into a panel of floats, exactly as they are stored: halves are
 * converted, bytes converted and multiplied by their scale.
 *
 * <pre>
 * keys:     panel[d][16 b + p]  = block b, dimension d, place p            rows of 256 bytes
 * values:   panel[16 b + p][d]  = block b, place p, dimension d            rows of 4 * dims bytes, dims padded to 16
 * </pre>
 *
 * <p>The last vector of a position's values may reach beyond its dimensions, into the next position's or, behind the
 * last block, into the bytes that {@link KvLayer} allocates for this; those lanes are never looked at.
 *
 * <p>Arguments: RDI list of addresses of blocks' keys, RSI panel, RDX blocks (1 to 4).
 * Registers: RAX row of the block, RCX row of the panel, R8 rows left, R9 scales; vectors: 16 numbers, their 16 scales.
 */
final class KvPanelCode {
    private static final Gpr LIST = Gpr.RDI;
    private static final Gpr PANEL = Gpr.RSI;
    private static final Gpr BLOCKS = Gpr.RDX;
    private static final Gpr FROM = Gpr.RAX;
    private static final Gpr TO = Gpr.RCX;
    private static final Gpr LEFT = Gpr.R8;
    private static final Gpr SCALES = Gpr.R9;

    private final Assembler code = new Assembler();
    private final AttentionShape shape;
    private final boolean scaled;
    private final int parts;
    private final Vec[] x;
    private final Vec[] scale;

    private KvPanelCode(AttentionShape shape) {
        this.shape = shape;
        scaled = shape.type() == KvType.Q8;
        parts = AttentionShape.BLOCK / shape.lanes();
        RegisterFile registers = shape.registers();
        x = registers.take("x", parts);
        scale = registers.take("scale", parts);
    }

    static MachineFunction keys(AttentionShape shape, Arena arena) {
        KvPanelCode panel = new KvPanelCode(shape);
        return panel.assemble("panel of keys", panel::keyBlock, 4 * AttentionShape.BLOCK, arena);
    }

    static MachineFunction values(AttentionShape shape, Arena arena) {
        KvPanelCode panel = new KvPanelCode(shape);
        int bytes = AttentionShape.BLOCK * shape.valuePanelRowBytes();
        return panel.assemble("panel of values", panel::valueBlock, bytes, arena);
    }

    /** {@code panelBytes}: from one block's place in the panel to the next one's. */
    private MachineFunction assemble(String name, Runnable block, int panelBytes, Arena arena) {
        code.countDown("block", BLOCKS, () -> {
            code.mov(FROM, Mem.at(LIST));
            code.mov(TO, PANEL);
            block.run();
            code.add(LIST, Long.BYTES);
            code.add(PANEL, panelBytes);
        });
        code.leave();
        return MachineFunction.of(name, code, arena);
    }

    /** By runs of dimensions that share their scales, or all at once if there are none. */
    private void keyBlock() {
        int run = scaled ? KvLayer.SCALE_DIMS : shape.dims();
        code.lea(SCALES, Mem.at(FROM, shape.scalesOffset()));
        for (int first = 0; first < shape.dims(); first += run) {
            for (int p = 0; scaled && p < parts; p++) {
                code.vmovups(scale[p], Mem.at(SCALES, (long) p * shape.width().bytes()));
            }
            code.mov(LEFT, Math.min(run, shape.dims() - first));
            code.countDown("dimension", LEFT, () -> {
                unpackSixteen(0, 0);
                code.add(FROM, shape.keyRowBytes());
                code.add(TO, AttentionShape.PANEL_ROW_BYTES);
            });
            code.add(SCALES, 4L * AttentionShape.BLOCK);
        }
    }

    private void valueBlock() {
        code.add(FROM, shape.valuesOffset());
        code.lea(SCALES, Mem.at(FROM, shape.scalesOffset()));
        code.mov(LEFT, AttentionShape.BLOCK);
        code.countDown("position", LEFT, this::valueRow);
    }

    private void valueRow() {
        for (int first = 0; first < shape.dims(); first += 16) {
            for (int p = 0; scaled && p < parts; p++) {
                code.vbroadcastss(scale[p], Mem.at(SCALES, 4L * (first / KvLayer.SCALE_DIMS)));
            }
            unpackSixteen((long) first * shape.type().elementBytes(), 4L * first);
        }
        code.add(FROM, shape.valueRowBytes());
        code.add(TO, shape.valuePanelRowBytes());
        code.add(SCALES, 4L * KvLayer.scaleBlocks(shape.dims()));
    }

    /** Sixteen numbers from a byte of the block's row to a byte of the panel's. */
    private void unpackSixteen(long from, long to) {
        for (int p = 0; p < parts; p++) {
            Mem source =
                    Mem.at(FROM, from + (long) p * shape.lanes() * shape.type().elementBytes());
            switch (shape.type()) {
                case F16 -> code.vcvtph2ps(x[p], source);
                case F32 -> code.vmovups(x[p], source);
                case Q8 -> {
                    code.vpmovsxbd(x[p], source);
                    code.vcvtdq2ps(x[p], x[p]);
                    code.vmulps(x[p], x[p], scale[p]);
                }
            }
            code.vmovups(Mem.at(TO, to + (long) p * shape.width().bytes()), x[p]);
        }
    }
}
