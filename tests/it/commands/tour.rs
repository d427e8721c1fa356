//! The tour in `docs/tour.md` is true: its commands are run as they stand there, and answer what it shows.

use std::{
    collections::BTreeSet,
    io::{BufRead as _, BufReader, Read as _},
    path::Path,
    process::{Child, Command, Stdio},
    thread,
};

/// A fenced block of the document.
struct Block<'a> {
    language: &'a str,
    text: String,
}

fn blocks(document: &str) -> Vec<Block<'_>> {
    let mut found: Vec<Block<'_>> = Vec::new();
    let mut within = false;
    for line in document.lines() {
        match line.strip_prefix("```") {
            Some(language) if !within => {
                found.push(Block {
                    language,
                    text: String::new(),
                });
                within = true;
            }
            Some(_) => within = false,
            None if within => {
                let block = found.last_mut().expect("a block");
                block.text.push_str(line);
                block.text.push('\n');
            }
            None => {}
        }
    }
    found
}

/// The names of the members of every JSON object in a text.
fn members(text: &str) -> BTreeSet<&str> {
    let parts: Vec<&str> = text.split('"').collect();
    let named = parts.windows(2).filter(|pair| pair[1].starts_with(':'));
    named
        .map(|pair| pair[0])
        .filter(|name| !name.is_empty() && name.len() < 40)
        .collect()
}

/// The words of a text without JSON that are the same each time.
fn words(text: &str) -> BTreeSet<&str> {
    let word = |word: &&str| word.len() > 2 && word.bytes().all(|byte| byte.is_ascii_lowercase());
    text.split_whitespace().filter(word).collect()
}

struct Demo(Child);

impl Drop for Demo {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A sample community in this folder, its address, and the code that it prints.
fn demo(folder: &Path) -> (Demo, String, String) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_vouchsafe"))
        .args(["demo", "--set", "http.listen=127.0.0.1:0"])
        .current_dir(folder)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("the binary");
    let mut lines = BufReader::new(child.stdout.take().expect("its output")).lines();
    let child = Demo(child);
    let (mut code, mut base) = (None, None);
    for line in &mut lines {
        let line = line.expect("text");
        if let Some((_, after)) = line.split_once("\"one_time_code\":\"") {
            code = after.split('"').next().map(str::to_owned);
        }
        if let Some(after) = line.strip_prefix("serving on ") {
            base = after.split(',').next().map(str::to_owned);
            break;
        }
    }
    thread::spawn(move || lines.for_each(drop));
    (child, base.expect("an address"), code.expect("a code"))
}

#[test]
fn the_tour_is_true() {
    let document = include_str!("../../../docs/tour.md");
    let folder = tempfile::tempdir().unwrap();
    let (_demo, base, code) = demo(folder.path());
    let blocks = blocks(document);

    // The one code that stands in the document is the one of its writer.
    let written = document
        .split("\"one_time_code\":\"")
        .nth(1)
        .and_then(|after| after.split('"').next());
    let written = written.expect("a code in the document");
    let mut script = String::from("set -eu\n");
    let mut shown = Vec::new();
    for (place, block) in blocks.iter().enumerate() {
        if block.language != "sh" {
            continue;
        }
        let text = block
            .text
            .replace("http://127.0.0.1:8080", &base)
            .replace(written, &code);
        let text = text.replace("target/quick/vouchsafe", env!("CARGO_BIN_EXE_vouchsafe"));
        script.push_str(&text);
        script.push_str(&format!("echo; echo '@@ {place}'\n"));
        let answer = blocks.get(place + 1).filter(|next| next.language == "text");
        shown.push((place, answer.map(|answer| answer.text.as_str())));
    }
    assert!(shown.len() > 10, "{} commands", shown.len());

    let mut bash = Command::new("timeout")
        .args(["120", "bash", "-c", &script])
        .current_dir(folder.path())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("bash");
    let mut errors = bash.stderr.take().expect("its errors");
    let errors = thread::spawn(move || {
        let mut text = String::new();
        let _ = errors.read_to_string(&mut text);
        text
    });
    let mut said = String::new();
    bash.stdout
        .take()
        .expect("its output")
        .read_to_string(&mut said)
        .unwrap();
    let (status, errors) = (bash.wait().unwrap(), errors.join().unwrap());
    assert!(status.success(), "{status}\n{said}\n{errors}");

    let (mut rest, mut wrong) = (said.as_str(), Vec::new());
    for (place, answer) in shown {
        let (now, after) = rest
            .split_once(&format!("@@ {place}\n"))
            .unwrap_or_else(|| panic!("no {place} in {rest}"));
        rest = after;
        let Some(answer) = answer else { continue };
        if members(now) != members(answer) {
            wrong.push(format!("what is answered:\n{now}what the tour shows:\n{answer}"));
        }
        if members(answer).is_empty() {
            let missing: Vec<_> = words(answer).difference(&words(now)).copied().collect();
            if !missing.is_empty() {
                wrong.push(format!(
                    "{missing:?} of
{answer}are not in
{now}"
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
