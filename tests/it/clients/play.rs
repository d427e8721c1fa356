//! A script that plays the story by a client, and asks for what no client can do: read a letter, let time pass, lose an
//! answer. It asks by a line of JSON and is answered by one.

use std::{
    fs,
    io::{BufRead, BufReader, Write},
    path::Path,
    process::{Command, Stdio},
    sync::mpsc,
    time::{Duration, Instant},
};

use serde_json::{Value, json};
use vouchsafe::platform::terms::ManualClock;

use super::line::Line;
use crate::support::{
    db::Database,
    service::text,
    smtp::{SmtpServer, header},
};

/// How long a letter may take.
const DELIVERY: Duration = Duration::from_secs(30);

/// What the script is played in.
pub struct Play<'a> {
    pub db: &'a Database,
    pub smtp: &'a SmtpServer,
    pub texts: &'a Path,
    pub clock: &'a ManualClock,
    pub line: &'a Line,
}

impl Play<'_> {
    /// Plays it to its end, which must be a good one within `limit`.
    pub fn run(&self, mut script: Command, limit: Duration) {
        let mut child = script
            .arg(&self.line.base)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("to start the script");
        let (mut answers, asked) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
        let (tell, told) = mpsc::channel();
        let reader = std::thread::spawn(move || {
            for line in BufReader::new(asked).lines().map_while(Result::ok) {
                if tell.send(line).is_err() {
                    return;
                }
            }
        });
        let (end, mut last) = (Instant::now() + limit, String::new());
        loop {
            match told.recv_timeout(end.saturating_duration_since(Instant::now())) {
                Ok(line) => {
                    let answer = self.answer(&serde_json::from_str(&line).unwrap_or_else(|_| panic!("{line}")));
                    // A script that has ended is told of below.
                    let _ = writeln!(answers, "{answer}");
                    last = line;
                }
                Err(mpsc::RecvTimeoutError::Disconnected) => break,
                Err(mpsc::RecvTimeoutError::Timeout) => {
                    child.kill().unwrap();
                    child.wait().unwrap();
                    panic!("the script is not done within {limit:?}; it asked last: {last}");
                }
            }
        }
        reader.join().unwrap();
        let status = child.wait().unwrap();
        assert!(
            status.success(),
            "{status}; its words stand above; it asked last: {last}"
        );
        assert!(self.line.is_quiet(), "what was to go wrong went wrong");
    }

    fn answer(&self, asked: &Value) -> Value {
        let count = |sql: &str| self.db.figures(sql)[0];
        match asked["ask"].as_str() {
            Some("invite") => json!({ "code": self.code(&text(&asked["to"]), is_invite_code) }),
            Some("proof") => json!({ "code": self.code(&text(&asked["to"]), is_proof) }),
            Some("advance") => {
                self.clock
                    .advance(Duration::from_secs(asked["seconds"].as_u64().expect("seconds")));
                json!({})
            }
            Some("lose") => {
                self.line.lose(&text(&asked["request"]));
                json!({})
            }
            Some("busy") => {
                self.line.busy(&text(&asked["request"]));
                json!({})
            }
            Some("seen") => json!({
                "refreshes": count("SELECT count(*) AS n FROM events WHERE kind = 'session_refreshed'"),
                "invites": count("SELECT count(*) AS n FROM invites"),
                "at_least": self.line.at_least(),
                "asked_to_refresh": self.line.refreshes(),
            }),
            _ => panic!("nobody knows what {asked} is"),
        }
    }

    /// The code in the newest letter or text message to somebody that has one.
    fn code(&self, to: &str, is_code: fn(&str) -> bool) -> String {
        let begun = Instant::now();
        loop {
            let letters = if to.contains('@') {
                self.letters(to)
            } else {
                self.messages(to)
            };
            let words = letters.iter().rev().flat_map(|letter| letter.split_whitespace());
            if let Some(code) = words
                .map(|word| word.trim_end_matches(['.', ',']))
                .find(|word| is_code(word))
            {
                return code.to_owned();
            }
            assert!(begun.elapsed() < DELIVERY, "no code came to {to}: {letters:?}");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    fn letters(&self, to: &str) -> Vec<String> {
        let mails = self.smtp.mails();
        let theirs = mails.iter().filter(|mail| header(mail, "X-Envelope-To").contains(to));
        theirs
            .map(|mail| mail.body_text(0).expect("a text part").into_owned())
            .collect()
    }

    fn messages(&self, to: &str) -> Vec<String> {
        let Ok(entries) = fs::read_dir(self.texts) else {
            return Vec::new();
        };
        let mut paths: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
        paths.retain(|path| path.extension().is_some_and(|is| is == "txt"));
        // Their names are ids in the order of time.
        paths.sort();
        let read = paths.iter().filter_map(|path| fs::read_to_string(path).ok());
        read.filter(|message| message.contains(&format!("To: {to}\n")))
            .collect()
    }
}

/// Four groups of five.
fn is_invite_code(word: &str) -> bool {
    word.len() == 23 && word.matches('-').count() == 3
}

fn is_proof(word: &str) -> bool {
    word.len() == 6 && word.bytes().all(|byte| byte.is_ascii_digit())
}
