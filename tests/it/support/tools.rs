//! Programs that are no servers: run once, with a time limit, and read to their end.

use std::{
    env,
    fs::{self, File},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::{Duration, Instant},
};

/// The Python that has `tests/tools/requirements.txt`.
pub fn python() -> PathBuf {
    found(
        "VOUCHSAFE_TEST_PYTHON",
        "target/test-venv/bin/python",
        "a Python that has tests/tools/requirements.txt",
    )
}

/// A program of that Python's environment.
pub fn python_tool(name: &str) -> PathBuf {
    let tool = python().with_file_name(name);
    assert!(tool.exists(), "{} is missing: run `make test-tools`", tool.display());
    tool
}

/// The `node_modules` that have what `tests/tools/package-lock.json` names.
pub fn node_modules() -> PathBuf {
    found(
        "VOUCHSAFE_TEST_NODE_MODULES",
        "target/test-node/node_modules",
        "the node_modules of tests/tools/package-lock.json",
    )
}

/// Node, to run a script; it comes with the Python packages.
pub fn node() -> Command {
    Command::new(python_tool("node"))
}

/// A program of those modules.
pub fn node_tool(name: &str) -> Command {
    let tool = node_modules().join(".bin").join(name);
    assert!(tool.exists(), "{} is missing: run `make test-tools`", tool.display());
    let mut command = node();
    command.arg(tool);
    command
}

fn found(variable: &str, usual: &str, what: &str) -> PathBuf {
    let named = env::var_os(variable).map(PathBuf::from);
    let path = named.unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join(usual));
    assert!(
        path.exists(),
        "{} is missing: run `make test-tools`, or name {what} in {variable}",
        path.display()
    );
    path
}

/// Runs a program to its end, and answers what it printed; it must succeed within `limit`.
#[track_caller]
pub fn run(command: &mut Command, limit: Duration) -> String {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("printed");
    let printed = File::create(&path).unwrap();
    let mut child = command
        .stdin(Stdio::null())
        .stdout(printed.try_clone().unwrap())
        .stderr(printed)
        .spawn()
        .unwrap_or_else(|error| panic!("{}: {error}", command.get_program().display()));
    let end = Instant::now() + limit;
    let status = loop {
        match child.try_wait().unwrap() {
            Some(status) => break Some(status),
            None if Instant::now() > end => {
                child.kill().unwrap();
                child.wait().unwrap();
                break None;
            }
            None => std::thread::sleep(Duration::from_millis(50)),
        }
    };
    let printed = String::from_utf8_lossy(&fs::read(&path).unwrap()).into_owned();
    match status {
        Some(status) if status.success() => printed,
        Some(status) => panic!("{command:?}: {status}\n{printed}"),
        None => panic!("{command:?}: not done within {limit:?}\n{printed}"),
    }
}
