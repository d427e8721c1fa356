//! In the API's description a name stands for one thing: a second type of the same name would be described as the first.

use std::{collections::BTreeMap, fs, path::Path};

/// The name under which a type is described, and where it stands.
fn described(root: &Path, folder: &Path, found: &mut BTreeMap<String, Vec<String>>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            described(root, &path, found);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            let file = path.strip_prefix(root).unwrap().display().to_string();
            let (mut is_next, mut given) = (false, None);
            for line in fs::read_to_string(&path).unwrap().lines() {
                is_next |= line.contains("derive(") && line.contains("ToSchema");
                if let Some((_, name)) = line.split_once("schema(as = ") {
                    given = Some(name.trim_end_matches(")]").to_owned());
                }
                let own = ["struct ", "enum "].iter().find_map(|word| line.split_once(word));
                if let (true, Some((_, rest))) = (is_next, own) {
                    let name = rest.split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default();
                    let name = given.take().unwrap_or_else(|| name.to_owned());
                    found.entry(name).or_default().push(file.clone());
                    is_next = false;
                }
            }
        }
    }
}

#[test]
fn a_name_is_described_once() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = BTreeMap::new();
    described(&root, &root, &mut found);
    assert!(found.len() > 200, "{}", found.len());
    let twice: Vec<_> = found.iter().filter(|(_, files)| files.len() > 1).collect();
    assert!(twice.is_empty(), "{twice:?}");
}
