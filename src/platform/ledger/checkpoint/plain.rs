//! Values as they lie in a checkpoint: each always so many bytes, the least first.

use std::io::{self, Read, Write};

use aws_lc_rs::digest::{self, SHA256};

/// A value that always takes so many bytes.
pub trait Plain: Copy + Default {
    /// How many.
    const SIZE: usize;
    /// Writes it into as many.
    fn put(self, to: &mut [u8]);
    /// Reads it from as many. Any bytes are a value.
    fn take(from: &[u8]) -> Self;
}

macro_rules! numbers {
    ($($number:ty),*) => {$(
        impl Plain for $number {
            const SIZE: usize = size_of::<Self>();
            #[inline]
            fn put(self, to: &mut [u8]) {
                to.copy_from_slice(&self.to_le_bytes());
            }
            #[inline]
            fn take(from: &[u8]) -> Self {
                Self::from_le_bytes(from.try_into().unwrap_or_default())
            }
        }
    )*};
}
numbers!(u8, u16, u32, u64, i64);

impl Plain for [u8; 16] {
    const SIZE: usize = 16;
    #[inline]
    fn put(self, to: &mut [u8]) {
        to.copy_from_slice(&self);
    }
    #[inline]
    fn take(from: &[u8]) -> Self {
        from.try_into().unwrap_or_default()
    }
}

/// Says of a struct, or of nothing but its fields, that it is plain: its fields, one behind the other.
macro_rules! plain {
    ($name:ty { $($field:tt: $of:ty),* $(,)? }) => {
        impl $crate::platform::ledger::Plain for $name {
            const SIZE: usize = 0 $(+ <$of as $crate::platform::ledger::Plain>::SIZE)*;
            #[inline]
            fn put(self, to: &mut [u8]) {
                let rest = to;
                $(
                    let (place, rest) = rest.split_at_mut(<$of as $crate::platform::ledger::Plain>::SIZE);
                    $crate::platform::ledger::Plain::put(self.$field, place);
                )*
                let _ = rest;
            }
            #[inline]
            fn take(from: &[u8]) -> Self {
                let (mut value, rest) = (Self::default(), from);
                $(
                    let (place, rest) = rest.split_at(<$of as $crate::platform::ledger::Plain>::SIZE);
                    value.$field = <$of as $crate::platform::ledger::Plain>::take(place);
                )*
                let _ = rest;
                value
            }
        }
    };
}
pub(crate) use plain;

plain!((u32, u32, i64) { 0: u32, 1: u32, 2: i64 });
plain!((u32, i64, u8) { 0: u32, 1: i64, 2: u8 });
plain!((u32, i64, u8, u8) { 0: u32, 1: i64, 2: u8, 3: u8 });
plain!((u32, u32, u32, u32) { 0: u32, 1: u32, 2: u32, 3: u32 });

/// How much goes through at once.
const STRIDE: usize = 128 * 1024;

/// Where a part of a checkpoint is written: what goes through is hashed.
pub struct Out<'a> {
    to: &'a mut dyn Write,
    digest: digest::Context,
    buffer: Vec<u8>,
    pub(super) length: u64,
}

impl<'a> Out<'a> {
    /// Onto there.
    pub fn new(to: &'a mut dyn Write) -> Self {
        Self {
            to,
            digest: digest::Context::new(&SHA256),
            buffer: Vec::new(),
            length: 0,
        }
    }

    fn put(&mut self, values: &[impl Plain]) -> io::Result<()> {
        fn size<T: Plain>(_: &[T]) -> usize {
            T::SIZE
        }
        let size = size(values);
        for values in values.chunks((STRIDE / size).max(1)) {
            self.buffer.resize(values.len() * size, 0);
            for (place, value) in self.buffer.chunks_exact_mut(size).zip(values) {
                value.put(place);
            }
            self.digest.update(&self.buffer);
            self.length += self.buffer.len() as u64;
            self.to.write_all(&self.buffer)?;
        }
        Ok(())
    }

    /// Writes a number.
    ///
    /// # Errors
    /// [`io::Error`]
    pub fn number(&mut self, number: u64) -> io::Result<()> {
        self.put(&[number])
    }

    /// Writes how many there are, and each.
    ///
    /// # Errors
    /// [`io::Error`]
    pub fn list(&mut self, values: &[impl Plain]) -> io::Result<()> {
        self.number(values.len() as u64)?;
        self.put(values)
    }

    /// The hash of all that went through.
    pub(super) fn hash(self) -> digest::Digest {
        self.digest.finish()
    }
}

/// Where a part of a checkpoint is read: what goes through is hashed, and counts for nothing before the hash is known to
/// be the right one.
pub struct In<'a> {
    from: &'a mut dyn Read,
    digest: digest::Context,
    buffer: Vec<u8>,
    left: u64,
}

impl<'a> In<'a> {
    /// So many bytes from there.
    pub fn new(from: &'a mut dyn Read, length: u64) -> Self {
        Self {
            from,
            digest: digest::Context::new(&SHA256),
            buffer: Vec::new(),
            left: length,
        }
    }

    fn fill(&mut self, length: usize) -> io::Result<&[u8]> {
        let left = self.left.checked_sub(length as u64);
        self.left = left.ok_or_else(|| io::Error::from(io::ErrorKind::UnexpectedEof))?;
        self.buffer.resize(length, 0);
        self.from.read_exact(&mut self.buffer)?;
        self.digest.update(&self.buffer);
        Ok(&self.buffer)
    }

    /// Reads a number.
    ///
    /// # Errors
    /// [`io::Error`]
    pub fn number(&mut self) -> io::Result<u64> {
        Ok(u64::take(self.fill(8)?))
    }

    /// Reads how many there are, that take at least so many bytes each: no more than there can be.
    ///
    /// # Errors
    /// [`io::Error`]
    pub fn count(&mut self, size: usize) -> io::Result<usize> {
        let count = self.number()?;
        let fits = count.checked_mul(size as u64).is_some_and(|bytes| bytes <= self.left);
        let count = usize::try_from(count).ok().filter(|_| fits);
        count.ok_or_else(|| io::Error::new(io::ErrorKind::InvalidData, "more is announced than there is"))
    }

    /// Reads what [`Out::list`] wrote.
    ///
    /// # Errors
    /// [`io::Error`]
    pub fn list<T: Plain, L: FromIterator<T>>(&mut self) -> io::Result<L> {
        let count = self.count(T::SIZE)?;
        let stride = (STRIDE / T::SIZE).max(1);
        if count <= stride {
            // In one piece, so that it is made in its place.
            return Ok(self.fill(count * T::SIZE)?.chunks_exact(T::SIZE).map(T::take).collect());
        }
        let (mut all, mut left) = (Vec::with_capacity(count), count);
        while left > 0 {
            let now = left.min(stride);
            all.extend(self.fill(now * T::SIZE)?.chunks_exact(T::SIZE).map(T::take));
            left -= now;
        }
        Ok(all.into_iter().collect())
    }

    /// The hash of all that went through, where nothing is left.
    pub(super) fn hash(self) -> Option<digest::Digest> {
        (self.left == 0).then(|| self.digest.finish())
    }
}
