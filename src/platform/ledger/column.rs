//! What memory keeps of each row, one column a kind of thing.
//!
//! A vector that is full is copied into a greater one, and whoever asks would wait for that: at ten million rows a third
//! of a second. A column grows by whole parts, and what stands stays where it is. A copy of a column shares its parts:
//! it is made in microseconds, and a part is copied only where it is changed while a copy of it is about.

use std::sync::Arc;

const BITS: u32 = 16;
const SIZE: usize = 1 << BITS;

/// Values by row, from 0 on; a row that was never set has the default. A part of 65 536 rows of which none was set takes
/// eight bytes.
#[derive(Clone)]
pub struct Column<T> {
    parts: Vec<Option<Arc<Vec<T>>>>,
}

impl<T> Default for Column<T> {
    fn default() -> Self {
        Self { parts: Vec::new() }
    }
}

impl<T: Copy + Default> Column<T> {
    /// What a row has.
    #[inline]
    pub fn get(&self, row: usize) -> T {
        match self.parts.get(row >> BITS) {
            Some(Some(part)) => part.get(row & (SIZE - 1)).copied().unwrap_or_default(),
            _ => T::default(),
        }
    }

    /// Gives a row a value.
    pub fn set(&mut self, row: usize, value: T) {
        let index = row >> BITS;
        if self.parts.len() <= index {
            self.parts.resize(index + 1, None);
        }
        if let Some(part) = self.parts.get_mut(index) {
            let part = part.get_or_insert_with(|| Arc::new(vec![T::default(); SIZE]));
            if let Some(place) = Arc::make_mut(part).get_mut(row & (SIZE - 1)) {
                *place = value;
            }
        }
    }

    /// One more than the last row that has a place.
    pub fn end(&self) -> usize {
        self.parts.len() << BITS
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_set_is_there_and_all_else_is_the_default() {
        let mut column = Column::default();
        assert_eq!((column.get(0), column.get(1 << 40), column.end()), (0_u32, 0, 0));
        for (row, value) in [(0, 1), (SIZE - 1, 2), (SIZE, 3), (9 * SIZE + 5, 4), (0, 5)] {
            column.set(row, value);
            assert_eq!(column.get(row), value);
        }
        assert_eq!((column.get(1), column.get(4 * SIZE), column.end()), (0, 0, 10 * SIZE));
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
