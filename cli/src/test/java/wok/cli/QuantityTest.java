package wok.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class QuantityTest {

    @Test
    void writesBytesWithThreeDigits() {
        assertThat(Quantity.bytes(0)).isEqualTo("0 B");
        assertThat(Quantity.bytes(999)).isEqualTo("999 B");
        assertThat(Quantity.bytes(1_000)).isEqualTo("1.00 kB");
        assertThat(Quantity.bytes(98_874_432)).isEqualTo("98.9 MB");
        assertThat(Quantity.bytes(270_000_000_000L)).isEqualTo("270 GB");
    }

    @Test
    void writesCountsOfParameters() {
        assertThat(Quantity.count(134_515_008)).isEqualTo("135M");
        assertThat(Quantity.count(7_615_616_512L)).isEqualTo("7.62B");
    }

    @Test
    void writesDurations() {
        assertThat(Quantity.duration(850_000_000)).isEqualTo("850 ms");
        assertThat(Quantity.duration(3_240_000_000L)).isEqualTo("3.2 s");
        assertThat(Quantity.duration(125_000_000_000L)).isEqualTo("2 min 05 s");
        assertThat(Quantity.duration(3_720_000_000_000L)).isEqualTo("1 h 02 min");
    }
}
