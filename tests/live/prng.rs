//! A small seedable generator (SplitMix64), so that a random walk that fails can be walked again.

/// The generator; equal seeds give equal names.
pub(crate) struct Prng(u64);

impl Prng {
    pub(crate) fn new(seed: u64) -> Prng {
        Prng(seed)
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number from `low` up to and without `high`.
    pub(crate) fn between(&mut self, low: u64, high: u64) -> u64 {
        low + self.next() % (high - low)
    }

    /// A lower-case word of syllables, long enough never to be part of another word by chance.
    pub(crate) fn word(&mut self) -> String {
        let consonants = b"bdfgklmnprstvz";
        let vowels = b"aeiou";
        let mut word = String::new();
        for _ in 0..4 {
            word.push(char::from(consonants[usize::from(self.byte()) % consonants.len()]));
            word.push(char::from(vowels[usize::from(self.byte()) % vowels.len()]));
        }
        word
    }

    fn byte(&mut self) -> u8 {
        self.next().to_le_bytes()[3]
    }
}

/// A seed from the clock and this process.
pub(crate) fn fresh_seed() -> u64 {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    let nanoseconds = now.map_or(0, |elapsed| elapsed.subsec_nanos());
    Prng::new(u64::from(nanoseconds) << 20 ^ u64::from(std::process::id())).next()
}
