//! Randomness as an argument.

use std::sync::Mutex;

use aws_lc_rs::{digest, rand as system};

/// Where random bytes come from.
pub trait Rng: Send + Sync + 'static {
    /// Fills `bytes`.
    fn fill(&self, bytes: &mut [u8]);
}

/// The operating system's generator, by way of AWS-LC.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemRng;

impl Rng for SystemRng {
    #[expect(clippy::disallowed_methods, reason = "the one place that asks the machine")]
    fn fill(&self, bytes: &mut [u8]) {
        // AWS-LC aborts rather than return weak bytes; going on without would be worse.
        assert!(system::fill(bytes).is_ok(), "the system's random generator failed");
    }
}

/// The same bytes for the same seed: for the sample community and look-alikes, never for secrets.
#[derive(Debug)]
pub struct SeededRng(Mutex<(u64, u64)>);

impl SeededRng {
    /// Starts from `seed`.
    pub const fn new(seed: u64) -> Self {
        Self(Mutex::new((seed, 0)))
    }
    /// A number below `bound` (0 where `bound` is 0).
    pub fn below(&self, bound: u64) -> u64 {
        let mut bytes = [0u8; 8];
        self.fill(&mut bytes);
        // The bias of a 64-bit remainder is of no account for sample data.
        u64::from_le_bytes(bytes).checked_rem(bound).unwrap_or(0)
    }
}

impl Rng for SeededRng {
    fn fill(&self, bytes: &mut [u8]) {
        let mut state = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        for chunk in bytes.chunks_mut(32) {
            let mut context = digest::Context::new(&digest::SHA256);
            context.update(&state.0.to_le_bytes());
            context.update(&state.1.to_le_bytes());
            state.1 += 1;
            chunk.copy_from_slice(&context.finish().as_ref()[..chunk.len()]);
        }
    }
}
