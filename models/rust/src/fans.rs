//! Independent tasks; the answer is the sum of their bodies.
use std::time::Duration;

use crate::work::{work_steps, Pace};

pub trait Fan: Copy + Send + Sync + 'static {
    fn tasks(self) -> u64;
    fn body(self, task: u64) -> u64;
}

/// Tasks with an empty body.
#[derive(Clone, Copy)]
pub struct Spawn {
    pub n: u64,
}

impl Fan for Spawn {
    #[inline]
    fn tasks(self) -> u64 {
        self.n
    }
    #[inline]
    fn body(self, task: u64) -> u64 {
        task
    }
}

/// Tasks that compute for a given time.
#[derive(Clone, Copy)]
pub struct Grain {
    tasks: u64,
    steps: u64,
}

impl Grain {
    pub fn new(tasks: u64, time: Duration) -> Grain {
        Grain { tasks, steps: Pace::measure().steps_in(time) }
    }
}

impl Fan for Grain {
    #[inline]
    fn tasks(self) -> u64 {
        self.tasks
    }
    /// How long the work is depends on the machine and must not show.
    #[inline]
    fn body(self, task: u64) -> u64 {
        work_steps(self.steps);
        task
    }
}

/// The rows of a picture of the Mandelbrot set.
#[derive(Clone, Copy)]
pub struct Mandelbrot {
    pub n: u64,
    pub limit: u64,
}

impl Mandelbrot {
    /// A pixel's place in a square of side 3.
    fn at(self, pixel: u64) -> f64 {
        3.0 * pixel as f64 / self.n as f64
    }

    /// The steps that stay within the circle of radius 2.
    fn steps(self, c_re: f64, c_im: f64) -> u64 {
        let (mut re, mut im) = (0.0, 0.0);
        for count in 0..self.limit {
            let (re2, im2) = (re * re, im * im);
            if re2 + im2 > 4.0 {
                return count;
            }
            im = 2.0 * re * im + c_im;
            re = re2 - im2 + c_re;
        }
        self.limit
    }
}

impl Fan for Mandelbrot {
    #[inline]
    fn tasks(self) -> u64 {
        self.n
    }
    #[inline]
    fn body(self, row: u64) -> u64 {
        (0..self.n).map(|column| self.steps(self.at(column) - 2.0, self.at(row) - 1.5)).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sum(fan: impl Fan) -> u64 {
        (0..fan.tasks()).map(|task| fan.body(task)).sum()
    }

    #[test]
    fn each_has_the_published_answer() {
        assert_eq!(sum(Spawn { n: 10 }), 45);
        assert_eq!(sum(Grain::new(10, Duration::from_nanos(100))), 45);
        assert_eq!(sum(Mandelbrot { n: 10, limit: 50 }), 1311);
    }
}
