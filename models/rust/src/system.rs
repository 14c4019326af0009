//! What the kernel tells in /proc and /sys.
use std::fs;

/// The text of a file; none if it cannot be read.
pub fn read(path: &str) -> Option<String> {
    fs::read_to_string(path).ok()
}

/// An entry of /proc/meminfo, in bytes.
pub fn meminfo(entry: &str) -> Option<u64> {
    let text = read("/proc/meminfo")?;
    let line = text.lines().find_map(|line| line.strip_prefix(entry)?.strip_prefix(':'))?;
    Some(line.trim().strip_suffix(" kB")?.parse::<u64>().ok()? * 1024)
}

/// What of the program is in memory and no part of a file, in bytes.
pub fn anonymous_memory() -> Option<u64> {
    let statm = read("/proc/self/statm")?;
    let mut pages = statm.split(' ').skip(1).map_while(|field| field.parse::<u64>().ok());
    let (resident, shared) = (pages.next()?, pages.next()?);
    // SAFETY: sysconf has no preconditions.
    let page = unsafe { libc::sysconf(libc::_SC_PAGESIZE) } as u64;
    Some(resident.saturating_sub(shared) * page)
}

/// What the kernel keeps, for whomever: stacks, page tables and slabs, in bytes.
pub fn kernel_memory() -> Option<u64> {
    ["KernelStack", "PageTables", "Slab"].into_iter().map(meminfo).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_that_is_written_is_counted() {
        let before = anonymous_memory().unwrap();
        let block = vec![1_u8; 64 << 20];
        let grown = anonymous_memory().unwrap().saturating_sub(before);
        assert!(grown > 48 << 20, "{grown} bytes more for {}", block.len());
    }

    #[test]
    fn meminfo_is_in_bytes() {
        assert!(meminfo("MemTotal").unwrap() > 64 << 20);
        assert_eq!(meminfo("MemTota"), None);
        assert!(kernel_memory().unwrap() > 0);
    }
}
