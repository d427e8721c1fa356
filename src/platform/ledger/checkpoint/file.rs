//! The file: a head of one block, which says whose it is and what follows, and the parts, one behind the other.
//!
//! The head is signed with a key of the community's keyring and names the hash of each part. So a file that
//! is bent, cut, made by another version or put there by somebody else is not taken, whatever stands in it.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Read as _, Seek as _, SeekFrom},
    os::unix::fs::{FileExt as _, OpenOptionsExt as _},
    path::Path,
};

use aws_lc_rs::{
    digest::{self, SHA256},
    hmac,
};
use data_encoding::HEXLOWER;
use serde::{Deserialize, Serialize};

use super::{In, Out, Refused};
use crate::platform::{
    ledger::Event,
    terms::{Assurance, Role, Standing},
};

/// Raised whenever anything lies otherwise than before, or means something else.
const FORMAT: u32 = 1;
/// What a file begins with.
const MAGIC: &str = "vouchsafe memory";
/// How long the head is.
const BLOCK: usize = 4096;

/// What a file says of itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Head {
    /// Everything up to this position is in it.
    pub(super) position: i64,
    /// The chain's hash at that position: no other history has it.
    pub(super) hash: String,
    /// The parts, in order.
    pub(super) parts: Vec<Part>,
}

/// A part of a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Part {
    pub(super) name: String,
    start: u64,
    length: u64,
    sha256: String,
}

/// By what a version knows its own files: the words whose places stand in them, and the events that were read.
fn layout() -> String {
    let mut digest = digest::Context::new(&SHA256);
    let mut add = |word: &str| {
        digest.update(word.as_bytes());
        digest.update(b"\n");
    };
    add(env!("CARGO_PKG_VERSION"));
    Role::ALL.iter().for_each(|word| add(word.as_str()));
    Standing::ALL.iter().for_each(|word| add(word.as_str()));
    Assurance::ALL.iter().for_each(|word| add(word.as_str()));
    Event::KINDS.iter().for_each(|kind| add(kind));
    format!("{FORMAT}.{}", &HEXLOWER.encode(digest.finish().as_ref())[..16])
}

/// Writes a file beside its place, and puts it there in one step.
pub(super) fn write(
    path: &Path,
    key: &hmac::Key,
    position: i64,
    hash: &[u8],
    parts: Vec<(&'static str, super::Copied)>,
) -> io::Result<u64> {
    let mut beside = path.as_os_str().to_owned();
    beside.push(".new");
    let beside = Path::new(&beside);
    // Of a process that was killed.
    match fs::remove_file(beside) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(beside)?;
    let written = write_all(&mut file, key, position, hash, parts).and_then(|length| {
        file.sync_all()?;
        fs::rename(beside, path)?;
        Ok(length)
    });
    if written.is_err() {
        // What is half a file is nobody's.
        let _ = fs::remove_file(beside);
    }
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    File::open(folder.unwrap_or(Path::new(".")))?.sync_all()?;
    written
}

fn write_all(
    file: &mut File,
    key: &hmac::Key,
    position: i64,
    hash: &[u8],
    copied: Vec<(&'static str, super::Copied)>,
) -> io::Result<u64> {
    file.seek(SeekFrom::Start(BLOCK as u64))?;
    let (mut start, mut parts) = (BLOCK as u64, Vec::new());
    for (name, copied) in copied {
        let mut out = Out::new(file);
        copied(&mut out)?;
        let length = out.length;
        parts.push(Part {
            name: name.to_owned(),
            start,
            length,
            sha256: HEXLOWER.encode(out.hash().as_ref()),
        });
        start += length;
    }
    let head = Head {
        position,
        hash: HEXLOWER.encode(hash),
        parts,
    };
    let json = serde_json::to_string(&head)?;
    let tag = HEXLOWER.encode(hmac::sign(key, json.as_bytes()).as_ref());
    let mut block = format!("{MAGIC} {} {tag}\n{json}\n", layout()).into_bytes();
    if block.len() > BLOCK {
        return Err(io::Error::other("the head is longer than its block"));
    }
    block.resize(BLOCK, b' ');
    file.write_all_at(&block, 0)?;
    Ok(start)
}

/// Reads what a file says of itself.
pub(super) fn head(path: &Path, key: &hmac::Key) -> Result<Head, Refused> {
    let mut file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Err(Refused::Missing),
        Err(error) => return Err(error.into()),
    };
    let mut block = vec![0; BLOCK];
    file.read_exact(&mut block)?;
    let text = std::str::from_utf8(&block).map_err(|_| Refused::Bent)?;
    let (first, rest) = text.split_once('\n').ok_or(Refused::Bent)?;
    let (known, tag) = first.rsplit_once(' ').ok_or(Refused::Bent)?;
    let version = known.strip_prefix(MAGIC).ok_or(Refused::Bent)?;
    if version.trim_start() != layout() {
        return Err(Refused::OtherVersion);
    }
    let json = rest.trim_end_matches(' ').trim_end_matches('\n');
    let tag = HEXLOWER.decode(tag.as_bytes()).map_err(|_| Refused::Bent)?;
    hmac::verify(key, json.as_bytes(), &tag).map_err(|_| Refused::NotSigned)?;
    serde_json::from_str(json).map_err(|_| Refused::Bent)
}

/// Lets `read` take a part in, and says what it made of it where the part is what the head says.
pub(super) fn read<T>(path: &Path, part: &Part, read: impl FnOnce(&mut In<'_>) -> io::Result<T>) -> Result<T, Refused> {
    let mut file = File::open(path)?;
    file.seek(SeekFrom::Start(part.start))?;
    let mut from = In::new(&mut file, part.length);
    // What cannot be read as what it should be is bent, as what has another hash.
    let value = read(&mut from).map_err(|error| match error.kind() {
        io::ErrorKind::InvalidData | io::ErrorKind::UnexpectedEof => Refused::Bent,
        _ => error.into(),
    })?;
    let hash = from.hash().ok_or(Refused::Bent)?;
    (HEXLOWER.encode(hash.as_ref()) == part.sha256)
        .then_some(value)
        .ok_or(Refused::Bent)
}
