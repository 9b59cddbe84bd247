//! Numbers that look random.

/// Numbers that look random, and are the same in every run.
#[derive(Debug, Default)]
pub(super) struct Random(u64);

impl Random {
    pub(super) fn long(&mut self) -> u64 {
        // SplitMix64.
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// An SPI of a CHILD_SA; the first 256 numbers are reserved.
    pub(super) fn spi(&mut self) -> u32 {
        let [a, b, c, d, ..] = self.long().to_be_bytes();
        u32::from_be_bytes([a, b, c, d]) | 0x100
    }

    /// A time at which to rekey, up to a tenth before the given one.
    pub(super) fn before(&mut self, time: u64) -> u64 {
        time - self.long() % (time / 10 + 1)
    }
}
