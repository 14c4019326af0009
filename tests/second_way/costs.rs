// What tokio's and rayon's tasks cost, measured by the shortest program that does each: the second way
// to what concbench-tokio and concbench-rayon measure. Prints one JSON object; times are in ns, for
// one, and the least of many rounds.
use std::time::{Duration, Instant};

use tokio::sync::mpsc;

const ROUNDS: usize = 300;

async fn tokio_spawn(n: u64) -> Duration {
    let mut best = Duration::MAX;
    for _ in 0..ROUNDS {
        let start = Instant::now();
        let tasks: Vec<_> = (0..n).map(|i| tokio::spawn(async move { i })).collect();
        let mut sum = 0;
        for task in tasks {
            sum += task.await.unwrap();
        }
        best = best.min(start.elapsed());
        assert_eq!(sum, n * (n - 1) / 2);
    }
    best
}

async fn tokio_hop(hops: u64) -> Duration {
    let mut best = Duration::MAX;
    for _ in 0..ROUNDS / 10 {
        let (there, mut at_ping) = mpsc::channel(1);
        let (back, mut at_pong) = mpsc::channel(1);
        let ping = tokio::spawn(async move {
            while let Some(token) = at_ping.recv().await {
                if back.send(token + 1).await.is_err() {
                    break;
                }
            }
        });
        let pong = tokio::spawn(async move {
            let start = Instant::now();
            let mut token = 0;
            while token < hops {
                there.send(token + 1).await.unwrap();
                token = at_pong.recv().await.unwrap();
            }
            start.elapsed()
        });
        best = best.min(pong.await.unwrap());
        ping.await.unwrap();
    }
    best
}

fn rayon_spawn(n: u64) -> Duration {
    let mut best = Duration::MAX;
    for _ in 0..ROUNDS {
        let start = Instant::now();
        let mut results = vec![0; n as usize];
        rayon::scope(|scope| {
            for (i, result) in results.iter_mut().enumerate() {
                scope.spawn(move |_| *result = i as u64);
            }
        });
        best = best.min(start.elapsed());
        assert_eq!(results.iter().sum::<u64>(), n * (n - 1) / 2);
    }
    best
}

// With the number of calls that it took.
fn fib(n: u64) -> (u64, u64) {
    if n < 2 {
        return (n, 1);
    }
    let (a, b) = rayon::join(|| fib(n - 1), || fib(n - 2));
    (a.0 + b.0, a.1 + b.1 + 1)
}

fn rayon_fib() -> Duration {
    let mut best = Duration::MAX;
    for _ in 0..ROUNDS {
        let start = Instant::now();
        assert_eq!(fib(20), (6765, 21_891));
        best = best.min(start.elapsed());
    }
    best
}

fn main() {
    let each = |time: Duration, count: f64| time.as_nanos() as f64 / count;
    let tokio = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let rayon = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
    println!(
        "{{\"tokio spawn\": {:.1}, \"tokio ping_pong\": {:.1}, \"rayon spawn\": {:.1}, \"rayon fib\": {:.1}}}",
        each(tokio.block_on(tokio.spawn(tokio_spawn(1000))).unwrap(), 1000.0),
        each(tokio.block_on(tokio.spawn(tokio_hop(10_000))).unwrap(), 10_000.0),
        each(rayon.install(|| rayon_spawn(1000)), 1000.0),
        each(rayon.install(rayon_fib), 21_891.0)
    );
}
