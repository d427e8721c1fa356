//! What opens a door is kept under a key. A plain hash has no key: whoever may take one stands here, and why.

use std::{fs, path::Path};

/// Files of `src` that take a SHA-256, and of what.
const PLAIN: [(&str, &str); 15] = [
    (
        "commands/demo",
        "The sample community's name, by which its job is known.",
    ),
    ("commands/import", "A file of history, to know it again."),
    (
        "invites/code.rs",
        "Where an invite of an earlier version stands; the code itself proves that it is that one's.",
    ),
    (
        "platform/ledger/sequencer.rs",
        "The chain of events, which holds no secret.",
    ),
    (
        "platform/ledger/checkpoint",
        "Whether a file is whole; that it is ours, its signature under a key says.",
    ),
    (
        "notify/texts",
        "What a request to a gateway has, as the gateway's own signature wants it; nothing of it is kept.",
    ),
    (
        "rooms/servers/jwt.rs",
        "A report that came in, as its signature has it; nothing of it is kept.",
    ),
    ("waitlist/rules.rs", "Lots, which everybody may draw again."),
    (
        "platform/egress/tc3.rs",
        "What a request has, as the signature of whoever is called wants it; nothing of it is kept.",
    ),
    ("policy/mod.rs", "The policy, which every member may read."),
    ("platform/terms/rng.rs", "Rng that a test repeats."),
    (
        "tokens/access.rs",
        "A token in memory, never stored: its signature was checked.",
    ),
    ("tokens/keys.rs", "Public keys: their thumbprints and their entity tag."),
    ("pages/assets/mod.rs", "Names of files that anybody may read."),
    (
        "platform/vault/mod.rs",
        "The function itself, and commitments to notes, over a salt that is sealed.",
    ),
];

/// The files below that call it.
fn takers(root: &Path, folder: &Path, found: &mut Vec<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            takers(root, &path, found);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            let source = fs::read_to_string(&path).unwrap();
            if ["sha256(", "digest::SHA256", "(&SHA256"]
                .iter()
                .any(|call| source.contains(call))
            {
                found.push(path.strip_prefix(root).unwrap().display().to_string());
            }
        }
    }
}

#[test]
fn a_plain_hash_is_of_no_secret() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = Vec::new();
    takers(&root, &root, &mut found);
    for file in &found {
        let known = PLAIN.iter().any(|(place, _)| file.starts_with(place));
        assert!(known, "src/{file} takes a plain hash: of a secret keep `Vault::blind`");
    }
    for (place, _) in PLAIN {
        assert!(
            found.iter().any(|file| file.starts_with(place)),
            "{place} takes none any more"
        );
    }
}
