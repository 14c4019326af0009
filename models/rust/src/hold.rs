//! Tasks that are all alive at once, and wait.
use std::time::Duration;

use crate::probe::Observer;
use crate::system;

#[derive(Clone, Copy)]
pub struct Hold {
    pub n: u64,
    pub touch: u64, // bytes of its stack that each uses first
}

impl Hold {
    pub fn begin(self, task: u64) -> u64 {
        use_stack(self.touch);
        task + 1
    }
}

/// Writes to frames of 512 bytes until it has been enough.
#[inline(never)]
fn use_stack(bytes: u64) {
    if bytes > 0 {
        let mut frame = [0_u8; 512];
        // SAFETY: the frame is there; being volatile keeps the compiler from dropping it.
        unsafe { std::ptr::write_volatile(&mut frame[(bytes % 512) as usize], 1) };
        use_stack(bytes.saturating_sub(512));
        unsafe { std::ptr::read_volatile(&frame[(bytes % 512) as usize]) };
    }
}

/// The kernel's memory before the tasks were made. It is the whole machine's, and must be compared
/// within a short time; the program's own is compared with what it was when the cell was opened.
pub struct MemoryBefore {
    kernel: Option<u64>,
}

impl MemoryBefore {
    pub fn look(observer: &Observer) -> MemoryBefore {
        MemoryBefore { kernel: observer.as_ref().and_then(|_| system::kernel_memory()) }
    }

    /// Divides what has come by the number of tasks. What others gave back meanwhile may make it
    /// negative: then it is not known.
    pub fn note_growth(&self, observer: &Observer, alive: u64) {
        if let Some(probe) = observer {
            probe.set("peak_live", alive);
            if let Some(grown) = probe.memory_since_open() {
                probe.set("user_bytes_per_task", grown / alive);
            }
            let kernel = system::kernel_memory().zip(self.kernel);
            if let Some(grown) = kernel.and_then(|(now, before)| now.checked_sub(before)) {
                probe.set("kernel_bytes_per_task", grown / alive);
            }
        }
    }
}

pub fn note_times(observer: &Observer, made: Duration, released: Duration) {
    if let Some(probe) = observer {
        probe.set("make_ns", made.as_nanos() as u64);
        probe.set("release_ns", released.as_nanos() as u64);
    }
}
