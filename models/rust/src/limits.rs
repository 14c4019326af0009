//! Sizes that this machine cannot hold are refused with the limit's name, before they are tried.
use crate::system;

/// Says why so many tasks of at least so many bytes cannot all be alive here.
pub fn fits(tasks: u64, each: u64) -> Result<(), String> {
    let within = |bytes: u64, limit: &str| {
        if tasks <= bytes / each {
            return Ok(());
        }
        Err(format!("{tasks} tasks of at least {each} bytes exceed {limit}, {} MB", bytes / 1_000_000))
    };
    if let Some(bytes) = system::meminfo("MemAvailable") {
        within(bytes, "the memory that is available")?;
    }
    // The cgroup's use is not subtracted: it counts cached files, which would make room.
    cgroup_limit().map_or(Ok(()), |bytes| within(bytes, "the cgroup's memory.max"))
}

fn cgroup_limit() -> Option<u64> {
    let groups = system::read("/proc/self/cgroup")?;
    let mine = groups.lines().find_map(|line| line.strip_prefix("0::"))?;
    system::read(&format!("/sys/fs/cgroup{mine}/memory.max"))?.trim().parse().ok()
}

/// Says why so many connections cannot all be open here, after raising the limit as far as it goes.
pub fn fits_descriptors(connections: u64) -> Result<(), String> {
    const SPARE: u64 = 32;
    let mut limit = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
    // SAFETY: both calls use the structure that they are given, and nothing else.
    unsafe {
        libc::getrlimit(libc::RLIMIT_NOFILE, &mut limit);
        limit.rlim_cur = limit.rlim_max;
        libc::setrlimit(libc::RLIMIT_NOFILE, &limit); // if that fails, what it was is in force
        libc::getrlimit(libc::RLIMIT_NOFILE, &mut limit);
    }
    if connections + SPARE <= limit.rlim_cur {
        return Ok(());
    }
    Err(format!("{connections} connections take a descriptor each; RLIMIT_NOFILE is {}", limit.rlim_cur))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_fits_passes_and_what_does_not_names_the_limit() {
        assert_eq!(fits(1000, 1000), Ok(()));
        assert!(fits(u64::MAX / 2, 1000).unwrap_err().contains("memory"));
        assert_eq!(fits_descriptors(1), Ok(()));
        assert!(fits_descriptors(1 << 40).unwrap_err().contains("RLIMIT_NOFILE"));
    }
}
