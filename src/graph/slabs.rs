//! Arrays that grow by whole pieces.
//!
//! A vector that is full is copied into a greater one, and whoever asks would wait for that: at ten million people
//! a third of a second. Here what stands stays where it is. A new piece is made every 65 536 people: 2 MiB and 1 MiB are
//! cleared, which takes less than a millisecond.

const BITS: u32 = 16;
const SIZE: usize = 1 << BITS;
const MASK: u32 = (1 << BITS) - 1;

/// An array by row. A piece without anybody takes eight bytes.
#[derive(Default)]
pub(super) struct Slabs<T> {
    slabs: Vec<Option<Box<[T; SIZE]>>>,
}

impl<T: Copy + Default> Slabs<T> {
    /// What stands at a row; none where its piece is not there.
    #[inline]
    pub(super) fn get(&self, row: u32) -> Option<&T> {
        let slab = self.slabs.get((row >> BITS) as usize)?.as_ref()?;
        slab.get((row & MASK) as usize)
    }

    /// The same, to be changed.
    #[inline]
    pub(super) fn get_mut(&mut self, row: u32) -> Option<&mut T> {
        let slab = self.slabs.get_mut((row >> BITS) as usize)?.as_mut()?;
        slab.get_mut((row & MASK) as usize)
    }

    /// Puts something at a row.
    pub(super) fn put(&mut self, row: u32, value: T) {
        let index = (row >> BITS) as usize;
        if self.slabs.len() <= index {
            self.slabs.resize_with(index + 1, || None);
        }
        if let Some(slab) = self.slabs.get_mut(index)
            && slab.is_none()
        {
            *slab = vec![T::default(); SIZE].try_into().ok();
        }
        if let Some(place) = self.get_mut(row) {
            *place = value;
        }
    }

    /// One more than the greatest row that has a place.
    pub(super) fn end(&self) -> u32 {
        u32::try_from(self.slabs.len() << BITS).unwrap_or(u32::MAX)
    }
}
