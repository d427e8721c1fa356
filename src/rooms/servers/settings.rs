//! What an admin gives to register a room server: declared by its kind, and checked by that.

use std::collections::BTreeMap;

use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;
use zeroize::{Zeroize, Zeroizing};

use super::ServerKind;
use crate::platform::{
    egress::{self, Egress},
    store::StoreError,
};

/// The longest secret, in characters.
pub const SECRET_MOST: usize = 1000;
/// The longest text, in characters.
pub const TEXT_MOST: usize = 200;

/// One thing that a kind asks of whoever registers a server.
#[derive(Debug, Clone, Copy)]
pub struct Setting {
    /// The member of the request.
    pub name: &'static str,
    /// What its value looks like.
    pub form: Form,
    /// Whether a server needs it.
    pub required: bool,
    /// What it is, for whoever reads the description of the API.
    pub says: &'static str,
}

/// What the value of a [`Setting`] looks like; each is a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// The URL where clients connect: `https` or `wss`, or `http` or `ws` to this machine.
    ClientUrl,
    /// A URL that this service asks: `https`, or `http` to this machine, to an address where it may go.
    ServiceUrl,
    /// A text of 1 to [`TEXT_MOST`] characters.
    Text,
    /// A secret of 1 to [`SECRET_MOST`] characters; no answer has it.
    Secret,
}

/// The settings that may be shown, by name.
pub type Settings = BTreeMap<String, String>;

/// The secret settings, by name. They have no `Debug`.
#[derive(Clone, Default)]
pub struct Secrets(BTreeMap<String, SecretString>);

/// A room server to register, or what one is to become.
#[derive(Clone)]
pub struct NewServer {
    /// Its kind.
    pub kind: &'static dyn ServerKind,
    /// Where it is, and what else may be shown.
    pub settings: Settings,
    /// What opens it.
    pub secrets: Secrets,
}

/// What somebody gave, before it is checked. It is overwritten when it is dropped: secrets are among it.
#[derive(Default)]
pub struct Given(BTreeMap<String, Value>);

/// What is wrong with one setting; the value is never repeated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SettingFault {
    /// Which.
    pub name: String,
    /// What is wrong.
    pub why: Why,
}

/// What is wrong with a setting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Why {
    /// The kind has no such setting.
    Unknown,
    /// It is missing.
    Missing,
    /// It is not of the form that is described: what is expected.
    Form(String),
    /// The form is right, and the value is refused: why.
    Value(String),
}

impl Secrets {
    /// One of them.
    pub fn get(&self, name: &str) -> Option<&SecretString> {
        self.0.get(name)
    }

    /// One that every server of the kind has.
    ///
    /// # Errors
    /// [`StoreError::Internal`] where it is missing.
    pub fn need(&self, name: &'static str) -> Result<&SecretString, StoreError> {
        self.get(name)
            .ok_or_else(|| StoreError::Internal(format!("a room server lacks its {name}")))
    }

    /// As they are sealed.
    pub(in crate::rooms) fn plain(&self) -> Result<Zeroizing<Vec<u8>>, StoreError> {
        let bare: BTreeMap<&str, &str> = self
            .0
            .iter()
            .map(|(name, secret)| (name.as_str(), secret.expose_secret()))
            .collect();
        serde_json::to_vec(&bare)
            .map(Zeroizing::new)
            .map_err(|error| StoreError::Internal(error.to_string()))
    }

    /// From what was sealed.
    pub(in crate::rooms) fn read(plain: &[u8]) -> Result<Self, StoreError> {
        let bare: BTreeMap<String, Option<SecretString>> = serde_json::from_slice(plain)
            .map_err(|_| StoreError::Internal("the secrets of a room server are not in their form".into()))?;
        let given = bare.into_iter().filter_map(|(name, secret)| Some((name, secret?)));
        Ok(Self(given.collect()))
    }
}

impl<const N: usize> From<[(&str, &str); N]> for Secrets {
    fn from(secrets: [(&str, &str); N]) -> Self {
        let owned = |(name, secret): (&str, &str)| (name.to_owned(), secret.into());
        Self(secrets.into_iter().map(owned).collect())
    }
}

/// One of the settings that every server of the kind has.
///
/// # Errors
/// [`StoreError::Internal`] where it is missing.
pub fn need<'s>(settings: &'s Settings, name: &'static str) -> Result<&'s str, StoreError> {
    let found = settings.get(name).map(String::as_str);
    found.ok_or_else(|| StoreError::Internal(format!("a room server lacks its {name}")))
}

impl Given {
    /// Takes one in; false where the name was given before.
    pub fn insert(&mut self, name: String, value: Value) -> bool {
        self.0.insert(name, value).is_none()
    }

    /// Each of them, by name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value))
    }

    /// The server of this kind that is meant.
    ///
    /// # Errors
    /// The first [`SettingFault`].
    pub fn checked(mut self, kind: &'static dyn ServerKind, egress: &Egress) -> Result<NewServer, SettingFault> {
        let known = kind.settings();
        if let Some(name) = self.0.keys().find(|name| known.iter().all(|one| one.name != **name)) {
            return Err(fault(name, Why::Unknown));
        }
        let (mut settings, mut secrets) = (Settings::new(), BTreeMap::new());
        for setting in known {
            let text = match self.0.remove(setting.name) {
                None if setting.required => return Err(fault(setting.name, Why::Missing)),
                None => continue,
                Some(Value::Null) if !setting.required => continue,
                Some(Value::String(text)) => text,
                Some(mut other) => {
                    overwrite(&mut other);
                    return Err(fault(setting.name, Why::Form("Expected: a string.".into())));
                }
            };
            if setting.form == Form::Secret {
                let secret = SecretString::from(text);
                length(setting, secret.expose_secret(), SECRET_MOST)?;
                secrets.insert(setting.name.to_owned(), secret);
                continue;
            }
            setting.check(&text, egress)?;
            settings.insert(setting.name.to_owned(), text);
        }
        let server = NewServer {
            kind,
            settings,
            secrets: Secrets(secrets),
        };
        kind.check(&server)?;
        Ok(server)
    }
}

impl Drop for Given {
    fn drop(&mut self) {
        self.0.values_mut().for_each(overwrite);
    }
}

fn overwrite(value: &mut Value) {
    match value {
        Value::String(text) => text.zeroize(),
        Value::Array(items) => items.iter_mut().for_each(overwrite),
        Value::Object(members) => members.values_mut().for_each(overwrite),
        _ => {}
    }
}

impl Setting {
    fn check(&self, text: &str, egress: &Egress) -> Result<(), SettingFault> {
        match self.form {
            Form::ClientUrl => egress::check_for_others(text)
                .map_err(|refused| fault(self.name, Why::Value(format!("{refused}; or wss and ws.")))),
            Form::ServiceUrl => egress
                .check(text)
                .map_err(|refused| fault(self.name, Why::Value(format!("{refused}.")))),
            Form::Text | Form::Secret => length(self, text, TEXT_MOST),
        }
    }
}

fn length(setting: &Setting, text: &str, most: usize) -> Result<(), SettingFault> {
    if (1..=most).contains(&text.chars().count()) {
        return Ok(());
    }
    let advice = match setting.required {
        true => format!("Give 1 to {most} characters."),
        false => format!("Give 1 to {most} characters, or leave it out where nothing is set."),
    };
    Err(fault(setting.name, Why::Form(advice)))
}

fn fault(name: &str, why: Why) -> SettingFault {
    SettingFault {
        name: name.to_owned(),
        why,
    }
}
