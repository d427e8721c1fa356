//! The layers, laid over each other; every mistake in any of them.

use std::{
    collections::{BTreeMap, BTreeSet},
    ffi::OsString,
    fmt, io,
    path::{Path, PathBuf},
};

use toml::{Table, Value};

use super::{Config, Network, demands};
use crate::platform::{
    document::{self, Fault, Shape},
    terms::cut,
};

/// The file that is read where none is named.
const USUAL_FILE: &str = "vouchsafe.toml";
/// How our environment variables begin.
const PREFIX: &str = "VOUCHSAFE_";

/// Where the configuration comes from, besides the defaults.
#[derive(Clone)]
pub struct Sources<'a> {
    /// The file that `--config` names.
    pub file: Option<PathBuf>,
    /// The environment, whole; only what begins with `VOUCHSAFE_` is looked at.
    pub environment: Vec<(OsString, OsString)>,
    /// Each `--set`, as given: `http.listen=0.0.0.0:80`.
    pub sets: Vec<String>,
    /// The files of the machine.
    pub files: &'a dyn Files,
}

impl Sources<'static> {
    /// The environment and the files of this process.
    pub fn of_process(file: Option<PathBuf>, sets: Vec<String>) -> Self {
        Self {
            file,
            environment: std::env::vars_os().collect(),
            sets,
            files: &Disk,
        }
    }
}

/// How files are read; tests hand in their own.
pub trait Files {
    /// The text of a file, and who may read it.
    fn read(&self, path: &Path) -> io::Result<Found>;
}

/// A file that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// Its text.
    pub text: String,
    /// Whether every user of the machine may read it: see [`is_open_to_all`].
    pub world_readable: bool,
}

/// The one rule for every file that holds a secret: its owner and its group may read it, and nobody else. (A secret
/// that an orchestrator mounts belongs to root and is read by way of the group.) Tells whether a file breaks it: on
/// Unix whether its mode grants reading or writing to everybody; elsewhere never.
///
/// # Errors
/// Where the file cannot be looked at.
pub fn is_open_to_all(path: &Path) -> io::Result<bool> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        Ok(std::fs::metadata(path)?.permissions().mode() & 0o006 != 0)
    }
    #[cfg(not(unix))]
    Ok(false)
}

/// The files of this machine.
#[derive(Debug, Clone, Copy, Default)]
pub struct Disk;

impl Files for Disk {
    fn read(&self, path: &Path) -> io::Result<Found> {
        let text = std::fs::read_to_string(path)?;
        let world_readable = is_open_to_all(path)?;
        Ok(Found { text, world_readable })
    }
}

/// Where a value was given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// Nowhere: it is the default, or missing.
    Default,
    /// In a file, at a line (counted from 1) where one can be named.
    File(PathBuf, Option<usize>),
    /// In an environment variable.
    Environment(String),
    /// In a flag; only its key, since the value may be a secret.
    Flag(String),
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("default"),
            Self::File(path, None) => write!(f, "{}", path.display()),
            Self::File(path, Some(line)) => write!(f, "{}:{line}", path.display()),
            Self::Environment(name) => write!(f, "environment {}", cut(name)),
            Self::Flag(flag) => write!(f, "flag {}", cut(flag)),
        }
    }
}

/// What is wrong with the configuration, and how to mend it. Never holds a secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mistake {
    /// Where the value was given.
    pub origin: Origin,
    /// The dotted key; empty where a whole source is wrong.
    pub key: String,
    /// What is wrong.
    pub wrong: String,
    /// What to do about it.
    pub mend: String,
}

impl Mistake {
    fn new(origin: Origin, fault: Fault) -> Self {
        Self {
            origin,
            key: fault.key,
            wrong: fault.wrong,
            mend: fault.mend,
        }
    }
    fn of(origin: Origin, key: &str, wrong: String, mend: &str) -> Self {
        Self {
            origin,
            key: key.into(),
            wrong,
            mend: mend.into(),
        }
    }
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", self.origin)?;
        if !self.key.is_empty() {
            write!(f, "{}: ", cut(&self.key))?;
        }
        write!(f, "{}\n  {}", self.wrong, self.mend)
    }
}

impl Config {
    /// Lays the sources over the defaults.
    ///
    /// # Errors
    /// Every mistake in every source, in the order of the layers: also in values that a higher layer covers.
    pub fn load(sources: &Sources<'_>) -> Result<Self, Vec<Mistake>> {
        let mut layers = Layers::new(sources.files);
        layers.file(sources);
        layers.environment(&sources.environment);
        layers.flags(&sources.sets);
        layers.secrets();
        layers.finish()
    }
}

struct Layers<'a> {
    shape: Shape,
    files: &'a dyn Files,
    laid: Table,
    /// Where each value that was laid comes from.
    origins: BTreeMap<String, Origin>,
    /// Keys that somebody gave a value that cannot be used.
    unsound: BTreeSet<String>,
    /// Whether something was given of which the key is not known, so that what seems to be missing may not be.
    unclear: bool,
    mistakes: Vec<Mistake>,
}

impl<'a> Layers<'a> {
    fn new(files: &'a dyn Files) -> Self {
        Self {
            shape: Shape::of::<Config>(),
            files,
            laid: Table::new(),
            origins: BTreeMap::new(),
            unsound: BTreeSet::new(),
            unclear: false,
            mistakes: Vec::new(),
        }
    }

    fn lay(&mut self, origin: Origin, key: &str, value: Value) {
        match self.shape.complaint::<Config>(&Table::new(), key, &value) {
            Some(fault) => {
                self.unclear |= !self.shape.knows(key);
                self.unsound.insert(key.into());
                self.mistakes.push(Mistake::new(origin, fault));
            }
            None => {
                document::lay(&mut self.laid, key, value);
                self.origins.insert(key.into(), origin);
            }
        }
    }

    fn file(&mut self, sources: &Sources<'_>) {
        let variable = || {
            let found = sources.environment.iter().find(|(name, _)| name == "VOUCHSAFE_CONFIG");
            found.map(|(_, path)| PathBuf::from(path))
        };
        let named = sources.file.clone().or_else(variable);
        let path = named.clone().unwrap_or_else(|| USUAL_FILE.into());
        let found = match self.files.read(&path) {
            Ok(found) => found,
            Err(error) if named.is_none() && error.kind() == io::ErrorKind::NotFound => return,
            Err(error) => {
                self.unclear = true;
                let wrong = format!("cannot be read: {error}");
                let mend = "Name a file that is there and that the service may read.";
                self.mistakes
                    .push(Mistake::of(Origin::File(path, None), "", wrong, mend));
                return;
            }
        };
        let (leaves, faults) = self.shape.read(&found.text);
        self.unclear |= !faults.is_empty();
        for fault in faults {
            let origin = Origin::File(path.clone(), fault.line);
            self.mistakes.push(Mistake::new(origin, fault));
        }
        for leaf in leaves {
            let origin = Origin::File(path.clone(), Some(leaf.line));
            if found.world_readable && self.shape.secrets().any(|key| key == leaf.key) && is_secret(&leaf.value) {
                let wrong = format!("is a secret, and {}", open_to_all(&path));
                self.mistakes
                    .push(Mistake::of(origin.clone(), &leaf.key, wrong, &closing(&path)));
            }
            self.lay(origin, &leaf.key, leaf.value);
        }
        self.mistakes.sort_by_key(|mistake| match mistake.origin {
            Origin::File(_, line) => line,
            _ => None,
        });
    }

    /// A variable is a setting when it has two underscores between its levels. Others that begin like ours
    /// are left alone, and so is whatever a cluster sets ([`is_of_a_cluster`]). Only one that misses just the second
    /// underscore is a mistake.
    fn environment(&mut self, environment: &[(OsString, OsString)]) {
        let mut ours: Vec<_> = environment
            .iter()
            .filter_map(|(name, value)| Some((name.to_str()?, value)))
            .filter_map(|(name, value)| Some((name, name.strip_prefix(PREFIX)?, value)))
            .filter(|&(name, ..)| name != "VOUCHSAFE_CONFIG")
            .collect();
        ours.sort_unstable();
        for (name, rest, value) in ours {
            let origin = Origin::Environment(name.into());
            let known = rest.contains("__") && self.shape.knows(&rest.to_ascii_lowercase().replace("__", "."));
            if !known && is_of_a_cluster(rest, value.to_str()) {
                continue;
            }
            if !rest.contains("__") {
                let meant = self
                    .shape
                    .keys()
                    .find(|key| key.replace('.', "_").eq_ignore_ascii_case(rest));
                if let Some(key) = meant.map(String::from) {
                    let mend = format!("Write two underscores between the levels: {}.", variable_of(&key));
                    let wrong = "is not a setting, but looks like one".into();
                    self.mistakes.push(Mistake::of(origin, &key, wrong, &mend));
                }
                continue;
            }
            let key = rest.to_ascii_lowercase().replace("__", ".");
            match value.to_str() {
                Some(text) => {
                    let value = self.shape.value_of(&key, text);
                    self.lay(origin, &key, value);
                }
                None => {
                    self.unsound.insert(key.clone());
                    let mend = "Give it in UTF-8.";
                    self.mistakes
                        .push(Mistake::of(origin, &key, "is not UTF-8".into(), mend));
                }
            }
        }
    }

    fn flags(&mut self, sets: &[String]) {
        for set in sets {
            match set.split_once('=') {
                Some((key, text)) => {
                    let key = key.trim();
                    let value = self.shape.value_of(key, text);
                    self.lay(Origin::Flag(format!("--set {key}")), key, value);
                }
                // What is no key might be a secret: only its place is told.
                None => {
                    let mend = "Write --set KEY=VALUE, for example --set http.listen=127.0.0.1:9000.";
                    let origin = Origin::Flag("--set".into());
                    self.mistakes
                        .push(Mistake::of(origin, "", "has no = between key and value".into(), mend));
                }
            }
        }
    }

    /// Puts what stands in `x_file` in the place of `x`.
    fn secrets(&mut self) {
        let secrets: Vec<String> = self.shape.secrets().map(String::from).collect();
        for key in secrets {
            let file_key = format!("{key}_file");
            let Some(path) = document::look(&self.laid, &file_key)
                .and_then(Value::as_str)
                .map(PathBuf::from)
            else {
                continue;
            };
            let origin = self.origin(&file_key);
            if self.origins.contains_key(&key) {
                let wrong = format!("is given beside {key} ({})", self.origin(&key));
                self.unsound.insert(key);
                self.mistakes
                    .push(Mistake::of(origin, &file_key, wrong, "Give one of the two."));
                continue;
            }
            match secret_of(self.files, &path) {
                Ok(secret) => match self.shape.complaint::<Config>(&Table::new(), &key, &secret) {
                    None => {
                        document::lay(&mut self.laid, &key, secret);
                        self.origins.insert(key, origin);
                    }
                    Some(fault) => {
                        self.unsound.insert(key);
                        self.mistakes
                            .push(Mistake::new(origin, Fault { key: file_key, ..fault }));
                    }
                },
                Err((wrong, mend)) => {
                    self.unsound.insert(key);
                    self.mistakes.push(Mistake::of(origin, &file_key, wrong, &mend));
                }
            }
        }
    }

    fn finish(mut self) -> Result<Config, Vec<Mistake>> {
        let mut config: Config = match self.laid.clone().try_into() {
            Ok(config) => config,
            // Each value was tried alone, so this is a mistake of ours; it is told, but not its cause, which
            // might name a secret.
            Err(_) => {
                let wrong = "holds values that do not fit together".into();
                let mend = "Take settings out until it fits, and tell the makers of this program.";
                self.mistakes.push(Mistake::of(Origin::Default, "", wrong, mend));
                return Err(self.mistakes);
            }
        };
        if !self.origins.contains_key("http.public_url") {
            config.http.public_url = config.http.listen.nearby();
        }
        if !self.origins.contains_key("egress.networks") && config.http.public_url.is_loopback() {
            config.egress.networks = Network::loopback();
        }
        if !self.origins.contains_key("token.audience") {
            config.token.audience = config.http.public_url.api();
        }
        if !self.origins.contains_key("vault.create_keyring") {
            config.vault.create_keyring = config.store.is_sqlite();
        }
        let given = |key: &str| self.origins.contains_key(key);
        for unmet in demands::unmet(&config, &given, self.files) {
            let key = unmet.keys.first().copied().unwrap_or_default();
            // What hangs on a value that cannot be used, or that may stand under a mistyped key, is not known.
            let known = !unmet.keys.iter().any(|&key| self.unsound.contains(key)) && (given(key) || !self.unclear);
            if known {
                let origin = match (self.origin(key), unmet.keys.get(1)) {
                    (Origin::Default, Some(other)) => self.origin(other),
                    (origin, _) => origin,
                };
                self.mistakes.push(Mistake::of(origin, key, unmet.wrong, &unmet.mend));
            }
        }
        if self.mistakes.is_empty() {
            Ok(config)
        } else {
            Err(self.mistakes)
        }
    }

    fn origin(&self, key: &str) -> Origin {
        self.origins.get(key).cloned().unwrap_or(Origin::Default)
    }
}

/// Whether a variable is one that a cluster sets in every pod for a service whose name begins like ours: Kubernetes
/// and, before it, Docker's links make of a service's name `…_SERVICE_HOST`, `…_SERVICE_PORT`,
/// `…_SERVICE_PORT_HTTPS`, `…_PORT`, `…_PORT_80_TCP`, and that with `_PROTO`, `_PORT` and `_ADDR`.
fn is_of_a_cluster(name: &str, value: Option<&str>) -> bool {
    let protocols = ["TCP", "UDP", "SCTP"];
    let scheme = value
        .and_then(|value| value.split_once("://"))
        .map(|(scheme, _)| scheme);
    let is_url = scheme.is_some_and(|scheme| protocols.iter().any(|known| known.eq_ignore_ascii_case(scheme)));
    let parts: Vec<&str> = name.split('_').collect();
    let port = |parts: &[&str]| {
        let [.., "PORT", number, protocol] = parts else {
            return false;
        };
        number.parse::<u16>().is_ok() && protocols.contains(protocol)
    };
    match parts.as_slice() {
        [.., "SERVICE", "HOST"] | [.., "SERVICE", "PORT"] => true,
        [.., "PORT"] if is_url => true,
        [front @ .., "PROTO" | "PORT" | "ADDR"] if port(front) => true,
        whole => {
            port(whole) && is_url
                || whole.windows(2).any(|pair| pair == ["SERVICE", "PORT"])
                    && value.is_some_and(|value| value.parse::<u16>().is_ok())
        }
    }
}

/// The environment variable of a key.
fn variable_of(key: &str) -> String {
    format!("{PREFIX}{}", key.replace('.', "__").to_ascii_uppercase())
}

/// The secret in a file, without the line's end after it; else what is wrong and how to mend it.
fn secret_of(files: &dyn Files, path: &Path) -> Result<Value, (String, String)> {
    let shown = path.display();
    let found = files.read(path).map_err(|error| {
        let mend = "Name a file that is there, that holds UTF-8, and that the service may read.";
        (format!("{shown} cannot be read: {error}"), mend.into())
    })?;
    if found.world_readable {
        return Err((open_to_all(path), closing(path)));
    }
    let secret = found.text.strip_suffix('\n').unwrap_or(&found.text);
    let secret = secret.strip_suffix('\r').unwrap_or(secret);
    if secret.is_empty() {
        return Err((format!("{shown} is empty"), "Put the secret into it.".into()));
    }
    Ok(Value::String(secret.into()))
}

fn open_to_all(path: &Path) -> String {
    format!(
        "{} can be read or written by every user of this machine",
        path.display()
    )
}

fn closing(path: &Path) -> String {
    format!("Take that right away: chmod o-rw {}.", path.display())
}

/// Whether a value under a secret's key gives anything away: the URL of a database may be without a password.
fn is_secret(value: &Value) -> bool {
    let Some((_, rest)) = value.as_str().and_then(|text| text.split_once("://")) else {
        return true;
    };
    let authority = rest.split(['/', '?']).next().unwrap_or_default();
    let user = authority.rsplit_once('@').map_or("", |(user, _)| user);
    user.contains(':') || rest.contains("password=")
}
