//! What members see of their own account and change of it, and what a stranger tries there first.

mod address;
mod data;
mod password;
mod profile;
mod races;
mod sessions;

use std::{fs, path::Path};

use mail_parser::{Message, MessageParser};
use serde_json::json;

use super::{PASSWORD, Scene, address};
use crate::{ledger::eventually, support::service::Answer};

/// A letter of the mailbox: to whom, the subject and the text.
#[derive(Debug, Clone)]
pub struct Letter {
    pub to: String,
    pub subject: String,
    pub text: String,
}

impl Letter {
    /// What its link to a page of this path holds.
    #[track_caller]
    pub fn link(&self, page: &str) -> String {
        let word = self.text.split_whitespace().find(|word| word.contains(page));
        let word = word.unwrap_or_else(|| panic!("no link to {page} in {}", self.text));
        word.rsplit('/').next().expect("a last segment").to_owned()
    }
}

fn read(message: &Message<'_>) -> Letter {
    let to = message.to().and_then(|to| to.first()).and_then(|to| to.address());
    Letter {
        to: to.unwrap_or_default().to_owned(),
        subject: message.subject().unwrap_or_default().to_owned(),
        text: message.body_text(0).unwrap_or_default().into_owned(),
    }
}

/// All letters in a mailbox, in the order in which they were posted.
pub fn letters(mailbox: &Path) -> Vec<Letter> {
    let paths = fs::read_dir(mailbox)
        .into_iter()
        .flatten()
        .map(|entry| entry.unwrap().path());
    let mut paths: Vec<_> = paths
        .filter(|path| path.extension().is_some_and(|extension| extension == "eml"))
        .filter(|path| !path.file_name().unwrap().as_encoded_bytes().starts_with(b"."))
        .collect();
    paths.sort();
    let parse = |path| read(&MessageParser::default().parse(&fs::read(path).unwrap()).unwrap());
    paths.into_iter().map(parse).collect()
}

impl Scene {
    /// The letters to somebody with this in the subject, once there are so many; no more may be there then.
    pub async fn letters_to(&self, name: &str, subject: &str, many: usize) -> Vec<Letter> {
        let found = || {
            let mut all = letters(&self.home.mailbox());
            all.retain(|letter| letter.to == address(name) && letter.subject.contains(subject));
            all
        };
        eventually(&format!("{many} letters to {name}: {subject}"), async || {
            found().len() >= many
        })
        .await;
        let found = found();
        assert_eq!(found.len(), many, "{found:?}");
        found
    }

    /// Signs in with a password: the answer.
    pub async fn enter(&self, name: &str, password: &str) -> Answer {
        let body = json!({ "contact": address(name), "password": password });
        self.service.post("", "/v1/sessions", body).await
    }

    /// An access token by the usual password.
    pub async fn entered(&self, name: &str) -> String {
        crate::support::service::text(&self.enter(name, PASSWORD).await.expect(201)["access_token"])
    }
}
