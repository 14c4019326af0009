//! A rod whose parts the tasks warm in phases: each cell from its neighbours, in integers.
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use crate::model::share;

#[derive(Clone, Copy)]
pub struct Heat {
    pub tasks: u64,
    pub cells: u64,
    pub phases: u64,
}

/// The cells of the rod. Tasks write their own parts only, and a barrier is between writing and
/// reading, so that the order of single accesses does not matter.
pub type Grid = Vec<AtomicU64>;

impl Heat {
    pub fn fill(self) -> Grid {
        (0..self.cells).map(|i| AtomicU64::new(i * 2654435761 % 1000003 << 8)).collect()
    }

    /// Writes the task's part of one grid from the other.
    pub fn advance(self, from: &Grid, to: &Grid, task: u64) {
        let last = from.len() - 1;
        for i in share(self.cells, self.tasks, task) {
            let i = i as usize;
            let at = |i: usize| from[i].load(Relaxed);
            let sum = at(i.saturating_sub(1)) + 2 * at(i) + at(last.min(i + 1));
            to[i].store(sum / 4, Relaxed);
        }
    }

    pub fn checksum(grid: &Grid) -> u64 {
        grid.iter().fold(0, |sum: u64, cell| sum.wrapping_mul(31).wrapping_add(cell.load(Relaxed)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rod_has_the_published_checksum() {
        let kernel = Heat { tasks: 2, cells: 4, phases: 3 };
        let mut grids = [kernel.fill(), kernel.fill()];
        for _ in 0..kernel.phases {
            for task in 0..kernel.tasks {
                kernel.advance(&grids[0], &grids[1], task);
            }
            grids.swap(0, 1);
        }
        assert_eq!(Heat::checksum(&grids[0]), 1913386921856);
    }
}
