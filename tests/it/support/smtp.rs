//! A real SMTP server (`tests/tools/smtp_server.py`) with a certificate of its own authority.

use std::{
    fs,
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use mail_parser::{Message, MessageParser};
use tempfile::TempDir;
use vouchsafe::notify::{Security, SmtpCredentials, SmtpSettings};

use super::tools::python;

/// The account that the server knows.
pub const USER: &str = "vouchsafe";
/// Its password.
pub const PASSWORD: &str = "correct horse battery staple";

/// How the server wants to be spoken to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// STARTTLS and AUTH, both required.
    StartTls,
    /// TLS from the first byte, and AUTH.
    Tls,
    /// Neither TLS nor AUTH nor SMTPUTF8.
    Plain,
}

/// What the server can be told to do to the next letters.
#[derive(Debug, Clone, Copy)]
pub enum Fault {
    /// Answer RCPT with this code.
    Reply(u16),
    /// Keep the letter, then cut the connection instead of answering.
    Cut,
    /// Never answer RCPT.
    Tarpit,
    /// Answer this command (EHLO, MAIL, RCPT or DATA) so.
    Answer(&'static str, &'static str),
}

/// The server; it ends when this is dropped.
pub struct SmtpServer {
    directory: TempDir,
    kind: Kind,
    port: u16,
    child: Option<Child>,
}

impl SmtpServer {
    /// Starts one that requires STARTTLS and AUTH, on a free port of 127.0.0.1.
    pub fn start() -> Self {
        Self::start_as(Kind::StartTls)
    }

    /// Starts one of another kind.
    pub fn start_as(kind: Kind) -> Self {
        let directory = tempfile::tempdir().unwrap();
        fs::create_dir(directory.path().join("mails")).unwrap();
        make_certificates(directory.path());
        let mut server = Self {
            directory,
            kind,
            port: 0,
            child: None,
        };
        server.start_again();
        server
    }

    /// Stops it; what it kept stays readable. An outage, for a test.
    pub fn stop(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }

    /// Starts it again, on the same port and with the letters that it had.
    pub fn start_again(&mut self) {
        self.stop();
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/tools/smtp_server.py");
        let mut command = Command::new(python());
        command
            .arg(script)
            .arg("--maildir")
            .arg(self.maildir())
            .args(["--port", &self.port.to_string()]);
        if self.kind == Kind::Plain {
            command.arg("--ascii");
        } else {
            command
                .arg("--cert")
                .arg(self.file("server.pem"))
                .arg("--key")
                .arg(self.file("server.key"));
            command.args(["--user", USER, "--password", PASSWORD]);
        }
        if self.kind == Kind::Tls {
            command.arg("--tls");
        }
        // Its standard input is held open as long as the server is wanted.
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap())
            .read_line(&mut line)
            .unwrap();
        self.child = Some(child);
        let port = line.trim().strip_prefix("PORT ").and_then(|port| port.parse().ok());
        self.port = port.unwrap_or_else(|| {
            panic!("the SMTP server did not start (its errors stand above); `make test-tools` installs what it needs")
        });
    }

    /// The settings that reach it, and that it accepts.
    pub fn settings(&self) -> SmtpSettings {
        let plain = self.kind == Kind::Plain;
        SmtpSettings {
            host: "127.0.0.1".into(),
            port: self.port,
            security: match self.kind {
                Kind::StartTls => Security::StartTls,
                Kind::Tls => Security::Tls,
                Kind::Plain => Security::None,
            },
            credentials: (!plain).then(|| SmtpCredentials {
                username: USER.into(),
                password: PASSWORD.into(),
            }),
            ca_file: (!plain).then(|| self.ca_file()),
            hello: "vouch.example.org".parse().expect("a name"),
            timeout: Duration::from_secs(10),
        }
    }

    /// The certificate of the authority that signed the server's (for 127.0.0.1 and localhost).
    pub fn ca_file(&self) -> PathBuf {
        self.file("ca.pem")
    }

    /// Makes the next `count` letters fail; see [`Self::fail_next`] for a reply code.
    pub fn fault_next(&self, count: u32, fault: Fault) {
        let fault = match fault {
            Fault::Reply(code) => code.to_string(),
            Fault::Cut => "cut".to_owned(),
            Fault::Tarpit => "tarpit".to_owned(),
            Fault::Answer(command, reply) => format!("{command} {reply}"),
        };
        let unfinished = self.maildir().join("control.json.new");
        fs::write(
            &unfinished,
            serde_json::json!({ "next": count, "fault": fault }).to_string(),
        )
        .unwrap();
        fs::rename(unfinished, self.maildir().join("control.json")).unwrap();
    }

    /// Makes the server answer the next `count` recipients with `code`.
    pub fn fail_next(&self, count: u32, code: u16) {
        self.fault_next(count, Fault::Reply(code));
    }

    /// Every letter that it kept, in the order in which they came. `X-Envelope-From`,
    /// `X-Envelope-To`, `X-Session-Encrypted` (`yes` or `no`) and `X-Session-User` stand before
    /// the letter's own headers.
    pub fn mails(&self) -> Vec<Message<'static>> {
        let mut paths: Vec<PathBuf> = fs::read_dir(self.maildir())
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .filter(|path| {
                let hidden = path.file_name().unwrap().as_encoded_bytes().starts_with(b".");
                !hidden && path.extension().is_some_and(|extension| extension == "eml")
            })
            .collect();
        paths.sort();
        let parse = |path: &PathBuf| {
            MessageParser::default()
                .parse(&fs::read(path).unwrap())
                .unwrap()
                .into_owned()
        };
        paths.iter().map(parse).collect()
    }

    /// Waits until it has kept at least `count` letters, for at most 20 s.
    pub fn wait_for(&self, count: usize) -> Vec<Message<'static>> {
        let started = Instant::now();
        loop {
            let mails = self.mails();
            if mails.len() >= count {
                return mails;
            }
            assert!(
                started.elapsed() < Duration::from_secs(20),
                "{} of {count} letters came",
                mails.len()
            );
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Where it keeps them, a file each.
    pub fn maildir(&self) -> PathBuf {
        self.file("mails")
    }

    fn file(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }
}

impl Drop for SmtpServer {
    fn drop(&mut self) {
        self.stop();
    }
}

/// A header of a letter as one line, decoded.
pub fn header(mail: &Message<'_>, name: &str) -> String {
    mail.header_raw(name).unwrap_or_default().trim().to_owned()
}

/// An authority (`ca.pem`) and a certificate of it for 127.0.0.1 and localhost (`server.pem`).
pub fn make_certificates(directory: &Path) {
    let config = "[req]\ndistinguished_name = name\nprompt = no\n[name]\nCN = vouchsafe tests\n\
                  [ca]\nbasicConstraints = critical, CA:TRUE\nkeyUsage = critical, keyCertSign\n\
                  [server]\nbasicConstraints = critical, CA:FALSE\nextendedKeyUsage = serverAuth\n\
                  subjectAltName = DNS:localhost, IP:127.0.0.1\n";
    fs::write(directory.join("openssl.cnf"), config).unwrap();
    let shared = "req -config openssl.cnf -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -noenc -days 2";
    for own in [
        "-extensions ca -subj /CN=vouchsafe-ca -keyout ca.key -out ca.pem",
        "-extensions server -subj /CN=localhost -CA ca.pem -CAkey ca.key -keyout server.key -out server.pem",
    ] {
        let made = Command::new("openssl")
            .args(shared.split(' ').chain(own.split(' ')))
            .current_dir(directory)
            .output()
            .expect("openssl is missing: run `make test-tools`");
        assert!(
            made.status.success(),
            "openssl: {}",
            String::from_utf8_lossy(&made.stderr)
        );
    }
}
