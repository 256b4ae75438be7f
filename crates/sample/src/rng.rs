//! Random numbers and value noise that come out the same on every machine.
//!
//! Only the raw ChaCha stream is taken from a library; the ways to a float, an index or a shuffle are written out here, so
//! that a change of sampling method in a dependency cannot change a sample. Only `+ - * /` and `sqrt` are used, which
//! IEEE 754 fixes to the last bit.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng as _, SeedableRng};

/// A seeded stream of random numbers.
pub struct Rng(ChaCha8Rng);

impl Rng {
    /// The stream of `seed` kept for one `purpose`: streams of different purposes do not disturb each other, so that
    /// asking for more overlaps does not move the names.
    pub fn new(seed: u64, purpose: u64) -> Self {
        let mut inner = ChaCha8Rng::seed_from_u64(seed);
        inner.set_stream(purpose);
        Self(inner)
    }

    /// Uniform in `[0, 1)`, with 53 bits.
    pub fn unit(&mut self) -> f64 {
        (self.0.next_u64() >> 11) as f64 / (1u64 << 53) as f64
    }

    /// Uniform in `[low, high)`.
    pub fn range(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.unit()
    }

    /// Uniform in `0..n`; 0 when `n` is 0.
    pub fn below(&mut self, n: usize) -> usize {
        ((u128::from(self.0.next_u64()) * n as u128) >> 64) as usize
    }

    /// One of `items`, which must not be empty.
    pub fn pick<'a, T>(&mut self, items: &'a [T]) -> &'a T {
        &items[self.below(items.len())]
    }

    /// Fisher-Yates.
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for i in (1..items.len()).rev() {
            items.swap(i, self.below(i + 1));
        }
    }
}

/// Smooth noise in `[0, 1)` over the plane, in octaves.
pub struct Noise {
    table: Vec<f64>,
}

impl Noise {
    /// A noise field drawn from `rng`.
    pub fn new(rng: &mut Rng) -> Self {
        Self {
            table: (0..4096).map(|_| rng.unit()).collect(),
        }
    }

    fn corner(&self, x: i64, y: i64) -> f64 {
        // A small integer hash spreads lattice corners over the table.
        let mut h = (x as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15)
            ^ (y as u64).wrapping_mul(0xc2b2_ae3d_27d4_eb4f);
        h ^= h >> 29;
        h = h.wrapping_mul(0xbf58_476d_1ce4_e5b9);
        self.table[(h >> 40) as usize % self.table.len()]
    }

    fn octave(&self, x: f64, y: f64) -> f64 {
        let (fx, fy) = (x.floor(), y.floor());
        let (tx, ty) = (x - fx, y - fy);
        let (sx, sy) = (tx * tx * (3.0 - 2.0 * tx), ty * ty * (3.0 - 2.0 * ty));
        let (i, j) = (fx as i64, fy as i64);
        let low = self.corner(i, j) * (1.0 - sx) + self.corner(i + 1, j) * sx;
        let high = self.corner(i, j + 1) * (1.0 - sx) + self.corner(i + 1, j + 1) * sx;
        low * (1.0 - sy) + high * sy
    }

    /// Noise at a point, three octaves, the coarsest with features of size `scale` (same unit as `x`, `y`).
    pub fn at(&self, x: f64, y: f64, scale: f64) -> f64 {
        let (u, v) = (x / scale, y / scale);
        (self.octave(u, v)
            + 0.5 * self.octave(2.0 * u + 17.0, 2.0 * v - 5.0)
            + 0.25 * self.octave(4.0 * u - 3.0, 4.0 * v + 29.0))
            / 1.75
    }
}
