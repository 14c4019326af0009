//! Tells the programs which compiler and which versions of the crates they are made of.
use std::{env, fs, process::Command};

fn main() {
    let folder = env::var("CARGO_MANIFEST_DIR").expect("cargo says where it builds");
    let lock = fs::read_to_string(folder + "/Cargo.lock").expect("cargo has written its lock file");
    for name in ["tokio", "rayon"] {
        let version = locked_version(&lock, name).expect("the lock file has every crate");
        println!("cargo:rustc-env={}_VERSION={version}", name.to_uppercase());
    }
    let compiler = env::var("RUSTC").expect("cargo says which compiler it runs");
    let said = Command::new(compiler).arg("--version").output().expect("the compiler runs").stdout;
    println!("cargo:rustc-env=RUSTC_VERSION={}", String::from_utf8_lossy(&said).trim());
    println!("cargo:rerun-if-changed=Cargo.lock");
}

fn locked_version<'a>(lock: &'a str, name: &str) -> Option<&'a str> {
    let entry = lock.split(&format!("name = \"{name}\"\nversion = \"")).nth(1)?;
    entry.split('"').next()
}
