//! What the service writes to the disk is its owner's alone, whatever the umask.

use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::Path,
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use tokio::time::sleep;

use crate::support::{postgres::free_port, service::Client};

/// Everything below a directory, with its mode.
fn modes(folder: &Path, found: &mut Vec<(String, u32)>) {
    for entry in fs::read_dir(folder).unwrap().flatten() {
        let (path, about) = (entry.path(), entry.metadata().unwrap());
        found.push((path.display().to_string(), about.permissions().mode() & 0o777));
        if about.is_dir() {
            modes(&path, found);
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_else_reads_what_is_written() {
    let (home, port) = (tempfile::tempdir().unwrap(), free_port());
    let data = home.path().join("data");
    let serve = |verb: &str| {
        Command::new("/bin/sh")
            .args([
                "-c",
                "umask 0; exec \"$0\" \"$1\"",
                env!("CARGO_BIN_EXE_vouchsafe"),
                verb,
            ])
            .current_dir(home.path())
            .env_clear()
            .env("VOUCHSAFE_HTTP__LISTEN", format!("127.0.0.1:{port}"))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap()
    };
    // The second time, the file is there already, and grants too much.
    for round in 0..2 {
        let mut child = serve("serve");
        let client = Client::new(format!("http://127.0.0.1:{port}"), Duration::from_secs(20));
        let begun = Instant::now();
        while !matches!(client.try_send(client.request(reqwest::Method::GET, "/readyz")).await, Ok(answer) if answer.status == 200)
        {
            assert!(begun.elapsed() < Duration::from_secs(30), "it is not ready");
            sleep(Duration::from_millis(50)).await;
        }
        let mut found = Vec::new();
        modes(&data, &mut found);
        child.kill().unwrap();
        child.wait().unwrap();
        for name in ["vouchsafe.db", "vouchsafe.db-wal", "vouchsafe.db-shm", "keyring.toml"] {
            let at = found.iter().find(|(path, _)| path.ends_with(&format!("/{name}")));
            let (_, mode) = at.unwrap_or_else(|| panic!("{name} is not there: {found:?}"));
            // Our own group's right, which an operator gave, stays.
            let wanted = if round == 1 && name == "vouchsafe.db" {
                0o660
            } else {
                0o600
            };
            assert!(*mode == wanted || (round == 1 && *mode == 0o660), "{name}: {mode:o}");
        }
        let open: Vec<_> = found.iter().filter(|(_, mode)| mode & 0o007 != 0).collect();
        assert!(open.is_empty(), "{open:?}");
        fs::set_permissions(data.join("vouchsafe.db"), fs::Permissions::from_mode(0o666)).unwrap();
    }
}
