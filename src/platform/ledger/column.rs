//! What memory keeps of each row, one column a kind of thing.
//!
//! A vector that is full is copied into a greater one, and whoever asks would wait for that: at ten million rows a third
//! of a second. A column grows by whole parts, and what stands stays where it is. A copy of a column shares its parts:
//! it is made in microseconds, and a part is copied only where it is changed while a copy of it is about. A part is
//! 128 KiB at most: whoever joins first at depth 45 while a copy is about has up to ninety of them copied.

use std::{io, sync::Arc};

use super::checkpoint::{In, Out, Plain};

const PART: usize = 128 * 1024;

/// Values by row, from 0 on; a row that was never set has the default. A part of which no row was set takes
/// sixteen bytes.
#[derive(Clone)]
pub struct Column<T> {
    parts: Vec<Option<Arc<[T]>>>,
}

impl<T> Default for Column<T> {
    fn default() -> Self {
        Self { parts: Vec::new() }
    }
}

impl<T> Column<T> {
    const BITS: u32 = (PART / size_of::<T>()).ilog2();
    const SIZE: usize = 1 << Self::BITS;
    const MASK: usize = Self::SIZE - 1;
}

const _: () = assert!(Column::<[u8; 24]>::SIZE * 24 <= PART && Column::<u8>::SIZE == PART);

impl<T: Copy + Default> Column<T> {
    /// What a row has.
    #[inline]
    pub fn get(&self, row: usize) -> T {
        self.find(row).copied().unwrap_or_default()
    }

    /// The same; none where its part is not there.
    #[inline]
    pub fn find(&self, row: usize) -> Option<&T> {
        self.parts.get(row >> Self::BITS)?.as_ref()?.get(row & Self::MASK)
    }

    /// What a row has, to be changed; none where its part is not there.
    #[inline]
    pub fn find_mut(&mut self, row: usize) -> Option<&mut T> {
        let part = self.parts.get_mut(row >> Self::BITS)?.as_mut()?;
        Arc::make_mut(part).get_mut(row & Self::MASK)
    }

    /// Gives a row a value.
    pub fn set(&mut self, row: usize, value: T) {
        let index = row >> Self::BITS;
        if self.parts.len() <= index {
            self.parts.resize(index + 1, None);
        }
        if let Some(part) = self.parts.get_mut(index) {
            part.get_or_insert_with(|| std::iter::repeat_n(T::default(), Self::SIZE).collect());
        }
        if let Some(place) = self.find_mut(row) {
            *place = value;
        }
    }

    /// One more than the last row that has a place.
    pub fn end(&self) -> usize {
        self.parts.len() << Self::BITS
    }

    /// The rows that have a place, with what they have.
    pub fn iter(&self) -> impl Iterator<Item = (usize, &T)> {
        let parts = self.parts.iter().enumerate();
        parts.flat_map(|(index, part)| {
            let values = part.as_deref().unwrap_or_default().iter().enumerate();
            values.map(move |(row, value)| ((index << Self::BITS) + row, value))
        })
    }
}

impl<T: Plain> Column<T> {
    /// Writes it as it lies.
    ///
    /// # Errors
    /// [`io::Error`]
    pub fn write(&self, to: &mut Out<'_>) -> io::Result<()> {
        to.number(self.parts.len() as u64)?;
        for part in &self.parts {
            to.list(part.as_deref().unwrap_or_default())?;
        }
        Ok(())
    }

    /// Reads what [`Self::write`] wrote.
    ///
    /// # Errors
    /// [`io::Error`], also where it is none of a column.
    pub fn read(from: &mut In<'_>) -> io::Result<Self> {
        let parts = from.count(8)?;
        let mut column = Self {
            parts: Vec::with_capacity(parts),
        };
        for _ in 0..parts {
            let part: Arc<[T]> = from.list()?;
            column.parts.push(match part.len() {
                0 => None,
                length if length == Self::SIZE => Some(part),
                _ => return Err(io::Error::new(io::ErrorKind::InvalidData, "a part has another length")),
            });
        }
        Ok(column)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIZE: usize = Column::<u32>::SIZE;

    #[test]
    fn what_was_set_is_there_and_all_else_is_the_default() {
        let mut column = Column::default();
        assert_eq!((column.get(0), column.get(1 << 40), column.end()), (0_u32, 0, 0));
        for (row, value) in [(0, 1), (SIZE - 1, 2), (SIZE, 3), (9 * SIZE + 5, 4), (0, 5)] {
            column.set(row, value);
            assert_eq!(column.get(row), value);
        }
        assert_eq!((column.get(1), column.get(4 * SIZE), column.end()), (0, 0, 10 * SIZE));
        assert_eq!((column.find(4 * SIZE), column.find(1)), (None, Some(&0)));
        let set: Vec<_> = column.iter().filter(|(_, value)| **value > 0).collect();
        assert_eq!(set, [(0, &5), (SIZE - 1, &2), (SIZE, &3), (9 * SIZE + 5, &4)]);
    }

    #[test]
    fn a_copy_keeps_what_was_when_it_was_made() {
        let mut column = Column::default();
        (0..3 * SIZE).for_each(|row| column.set(row, row as u32));
        let copy = column.clone();
        column.set(SIZE + 7, 0);
        assert_eq!((copy.get(SIZE + 7), column.get(SIZE + 7)), ((SIZE + 7) as u32, 0));
        let shared = |part: usize| {
            let of = |column: &Column<u32>| column.parts[part].as_ref().map(Arc::as_ptr);
            of(&copy) == of(&column)
        };
        assert_eq!(
            [shared(0), shared(1), shared(2)],
            [true, false, true],
            "one part alone was copied"
        );
    }
}
