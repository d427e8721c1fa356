//! A TOML document, read against the type that it is meant for: every fault at once, each with its
//! line, its key, and how to mend it.
//!
//! The type's JSON Schema says which keys there are, what stands in them and in what range, so that a
//! rule about one value is written once, on its field. The configuration and the policy are read so.

use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet},
    fmt,
};
use strsim::osa_distance;

use schemars::{JsonSchema, generate::SchemaSettings};
use serde::{Serialize, de::DeserializeOwned};
use toml::{
    Spanned, Table, Value,
    de::{DeTable, DeValue},
};

use crate::platform::terms::cut;

/// What is wrong in a document, and how to mend it. Never holds the value of a secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Fault {
    /// The line, counted from 1; none where the fault is that something is missing.
    pub line: Option<usize>,
    /// The dotted key, for example `invite.lifetime_days`; empty for a fault of syntax.
    pub key: String,
    /// What is wrong.
    pub wrong: String,
    /// What to do about it.
    pub mend: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(line) = self.line {
            write!(f, "line {line}: ")?;
        }
        if !self.key.is_empty() {
            write!(f, "{}: ", self.key)?;
        }
        write!(f, "{}\n  {}", self.wrong, self.mend)
    }
}

/// One value of a document, by its dotted key.
#[derive(Debug, Clone, PartialEq)]
pub struct Leaf {
    /// The dotted key.
    pub key: String,
    /// Its value as written.
    pub value: Value,
    /// Its line, counted from 1.
    pub line: usize,
}

/// The keys of a type and what each may hold, read from its JSON Schema.
#[derive(Debug)]
pub struct Shape {
    fields: BTreeMap<String, Field>,
    sections: BTreeSet<String>,
}

#[derive(Debug)]
struct Field {
    kind: ValueKind,
    secret: bool,
    required: bool,
    least: Option<i64>,
    most: Option<i64>,
    words: Vec<String>,
    example: Option<String>,
    /// What each table of a list has; empty where it is a list of texts.
    parts: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ValueKind {
    Text,
    Whole,
    Truth,
    List,
}

/// The JSON Schema (draft 2020-12) of a type, whole in one piece.
pub fn schema<T: JsonSchema>() -> serde_json::Value {
    SchemaSettings::draft2020_12()
        .with(|settings| settings.inline_subschemas = true)
        .into_generator()
        .into_root_schema_for::<T>()
        .to_value()
}

impl Shape {
    /// The shape of `T`: sections within sections, and values of text, whole number, truth or list
    /// (of texts, or of tables).
    pub fn of<T: JsonSchema>() -> Self {
        let mut shape = Self {
            fields: BTreeMap::new(),
            sections: BTreeSet::new(),
        };
        shape.take(&schema::<T>(), "");
        shape
    }

    fn take(&mut self, schema: &serde_json::Value, section: &str) {
        let required = |name: &str| {
            schema["required"]
                .as_array()
                .is_some_and(|names| names.iter().any(|other| other == name))
        };
        for (name, inner) in schema["properties"].as_object().into_iter().flatten() {
            let key = join(section, name);
            if inner["properties"].is_object() {
                self.sections.insert(key.clone());
                self.take(inner, &key);
            } else {
                self.fields.insert(key, Field::of(inner, required(name)));
            }
        }
    }

    /// Whether the key is one of a value.
    pub fn knows(&self, key: &str) -> bool {
        self.fields.contains_key(key)
    }

    /// The keys of all values, in alphabetical order.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.fields.keys().map(String::as_str)
    }

    /// The keys that hold secrets (`writeOnly` in the schema), in alphabetical order.
    pub fn secrets(&self) -> impl Iterator<Item = &str> {
        self.fields
            .iter()
            .filter(|(_, field)| field.secret)
            .map(|(key, _)| key.as_str())
    }

    /// Reads a document: its values, and the faults of syntax and of unknown keys. Neither the types nor
    /// the ranges of the values are looked at; [`Shape::complaint`] does that. Both in the order of the lines.
    pub fn read(&self, text: &str) -> (Vec<Leaf>, Vec<Fault>) {
        let (root, errors) = DeTable::parse_recoverable(text);
        let mut faults: Vec<Fault> = Vec::new();
        for error in errors {
            let line = error.span().map(|span| line_of(text, span.start));
            // One slip makes a parser complain several times; the first time says most.
            if faults.iter().all(|fault| fault.line != line) {
                faults.push(Fault {
                    line,
                    key: String::new(),
                    wrong: format!("is not TOML: {}", error.message().trim()),
                    mend: "Mend the syntax; see https://toml.io/en/v1.0.0.".into(),
                });
            }
        }
        let bad_lines: BTreeSet<_> = faults.iter().filter_map(|fault| fault.line).collect();
        let mut found = (Vec::new(), Vec::new());
        self.walk(root.get_ref(), "", text, &mut found);
        let (mut leaves, mut unknown) = found;
        leaves.retain(|leaf: &Leaf| !bad_lines.contains(&leaf.line));
        unknown.retain(|fault: &Fault| fault.line.is_none_or(|line| !bad_lines.contains(&line)));
        faults.append(&mut unknown);
        leaves.sort_by_key(|leaf| leaf.line);
        faults.sort_by_key(|fault| fault.line);
        (leaves, faults)
    }

    fn walk(&self, table: &DeTable<'_>, section: &str, text: &str, found: &mut (Vec<Leaf>, Vec<Fault>)) {
        for (name, value) in table {
            let key = join(section, name.get_ref());
            let line = line_of(text, name.span().start);
            match value.get_ref() {
                DeValue::Table(inner) if self.sections.contains(&key) => self.walk(inner, &key, text, found),
                _ if self.knows(&key) => found.0.push(Leaf {
                    key,
                    value: plain(value),
                    line,
                }),
                _ => found.1.push(Fault {
                    line: Some(line),
                    ..self.unknown(&key)
                }),
            }
        }
    }

    /// The fault of a key that is none, with the nearest one that is.
    pub fn unknown(&self, key: &str) -> Fault {
        let key = &*cut(key);
        if self.sections.contains(key) {
            return Fault {
                line: None,
                key: key.into(),
                wrong: "is a section, and was given a value".into(),
                mend: format!("Give the values inside it, under [{key}]."),
            };
        }
        let mend = match self.nearest(key) {
            Some(near) => format!("Did you mean {near}?"),
            None => "Take it out, or look for its name in the documentation.".into(),
        };
        Fault {
            line: None,
            key: key.into(),
            wrong: "is not a known key".into(),
            mend,
        }
    }

    fn nearest(&self, key: &str) -> Option<&str> {
        let last = |key: &str| key.rsplit('.').next().unwrap_or_default().to_owned();
        let name = last(key);
        let mut best: Option<(usize, &str)> = None;
        for other in self.fields.keys().chain(&self.sections) {
            // The right name in the wrong section is as near as one slip of the finger.
            let away = osa_distance(key, other).min(osa_distance(&name, &last(other)) + 1);
            if best.is_none_or(|(least, _)| away < least) {
                best = Some((away, other));
            }
        }
        best.filter(|&(away, _)| away <= (name.chars().count() / 3).max(1))
            .map(|(_, other)| other)
    }

    /// Reads text (from an environment variable, a flag) as the value that the key wants. Text that is no
    /// such value stays text, for [`Shape::complaint`] to name.
    pub fn value_of(&self, key: &str, text: &str) -> Value {
        let parsed = || {
            text.trim()
                .parse::<Value>()
                .unwrap_or_else(|_| Value::String(text.into()))
        };
        match self.fields.get(key).map(|field| field.kind) {
            Some(ValueKind::Text) | None => Value::String(text.into()),
            Some(ValueKind::List) if !text.trim_start().starts_with('[') => {
                let items = text.split(',').map(str::trim).filter(|item| !item.is_empty());
                Value::Array(items.map(|item| Value::String(item.into())).collect())
            }
            Some(_) => parsed(),
        }
    }

    /// What is wrong with one value, asked of the schema and then of `T` itself by putting the value alone
    /// into a `base` that is sound.
    pub fn complaint<T: DeserializeOwned>(&self, base: &Table, key: &str, value: &Value) -> Option<Fault> {
        let Some(field) = self.fields.get(key) else {
            return Some(self.unknown(key));
        };
        let wrong = if let Some(wrong) = field.misfit(value) {
            wrong
        } else {
            let mut table = base.clone();
            lay(&mut table, key, value.clone());
            match table.try_into::<T>() {
                Ok(_) => return None,
                Err(_) if field.secret => "cannot be read".into(),
                // What the reader says may repeat the value: a long one is cut, and speaks for itself.
                Err(error) => match cut(&value.to_string()) {
                    Cow::Borrowed(shown) => format!("is {shown}: {}", error.message().trim()),
                    Cow::Owned(shown) => format!("is {shown}"),
                },
            }
        };
        Some(Fault {
            line: None,
            key: key.into(),
            wrong,
            mend: format!("Give {}.", field.wanted()),
        })
    }

    /// The keys that must be given, and are not among `given`.
    pub fn missing<'a>(&'a self, given: &'a Table) -> impl Iterator<Item = Fault> + 'a {
        let missing = |key: &str| look(given, key).is_none();
        self.fields
            .iter()
            .filter(move |(key, field)| field.required && missing(key))
            .map(|(key, field)| Fault {
                line: None,
                key: key.clone(),
                wrong: "is missing".into(),
                mend: format!("Give {}.", field.wanted()),
            })
    }
}

impl Field {
    fn of(schema: &serde_json::Value, required: bool) -> Self {
        let mut field = Self {
            kind: ValueKind::Text,
            secret: schema["writeOnly"] == true,
            required,
            least: schema["minimum"].as_i64(),
            most: schema["maximum"].as_i64(),
            words: Vec::new(),
            example: schema["default"]
                .as_str()
                .filter(|text| !text.is_empty())
                .map(String::from),
            parts: Vec::new(),
        };
        let parts = schema["items"]["properties"].as_object();
        field
            .parts
            .extend(parts.into_iter().flat_map(|parts| parts.keys().cloned()));
        field.take(schema);
        field
    }

    fn take(&mut self, schema: &serde_json::Value) {
        let is = |name: &str| {
            schema["type"] == name
                || schema["type"]
                    .as_array()
                    .is_some_and(|all| all.iter().any(|one| one == name))
        };
        for (name, kind) in [
            ("integer", ValueKind::Whole),
            ("boolean", ValueKind::Truth),
            ("array", ValueKind::List),
        ] {
            if is(name) {
                self.kind = kind;
            }
        }
        let words = schema["enum"]
            .as_array()
            .into_iter()
            .flatten()
            .chain([&schema["const"]]);
        self.words
            .extend(words.filter_map(|word| word.as_str().map(String::from)));
        let choices = schema["oneOf"].as_array().or(schema["anyOf"].as_array());
        for choice in choices.into_iter().flatten() {
            self.take(choice);
        }
    }

    fn misfit(&self, value: &Value) -> Option<String> {
        let fits = match self.kind {
            ValueKind::Text => value.is_str(),
            ValueKind::Whole => value.is_integer(),
            ValueKind::Truth => value.is_bool(),
            ValueKind::List => value.is_array(),
        };
        let shown = if self.secret {
            "a value of the wrong type".into()
        } else {
            cut(&value.to_string()).into_owned()
        };
        if !fits {
            return Some(format!("is {shown}"));
        }
        let number = value.as_integer()?;
        let out = self.least.is_some_and(|least| number < least) || self.most.is_some_and(|most| number > most);
        out.then(|| format!("is {shown}, which is out of range"))
    }

    fn wanted(&self) -> String {
        match (self.kind, self.least, self.most) {
            (ValueKind::Text, ..) if self.words.is_empty() => match &self.example {
                Some(example) if !self.secret => format!("text of the form {example:?}"),
                _ => "text, in quotes".into(),
            },
            (ValueKind::Text, ..) => format!("one of {}", self.words.join(", ")),
            (ValueKind::Truth, ..) => "true or false".into(),
            (ValueKind::List, ..) if !self.parts.is_empty() => {
                let part = |name: &String| format!("{name} = …");
                let parts: Vec<_> = self.parts.iter().map(part).collect();
                format!("a list of tables, such as [{{ {} }}]", parts.join(", "))
            }
            (ValueKind::List, ..) => "a list of texts, such as [\"one\", \"two\"]".into(),
            (ValueKind::Whole, Some(least), Some(most)) => format!("a whole number from {least} to {most}"),
            (ValueKind::Whole, Some(least), None) => format!("a whole number of at least {least}"),
            (ValueKind::Whole, ..) => "a whole number".into(),
        }
    }
}

/// Puts a value under a dotted key, making the tables on the way.
pub fn lay(table: &mut Table, key: &str, value: Value) {
    match key.split_once('.') {
        None => {
            table.insert(key.into(), value);
        }
        Some((section, rest)) => {
            let inner = table.entry(section).or_insert_with(|| Value::Table(Table::new()));
            if let Value::Table(inner) = inner {
                lay(inner, rest, value);
            }
        }
    }
}

/// The value under a dotted key.
pub fn look<'a>(table: &'a Table, key: &str) -> Option<&'a Value> {
    match key.split_once('.') {
        None => table.get(key),
        Some((section, rest)) => look(table.get(section)?.as_table()?, rest),
    }
}

fn join(section: &str, name: &str) -> String {
    if section.is_empty() {
        name.into()
    } else {
        format!("{section}.{name}")
    }
}

fn line_of(text: &str, offset: usize) -> usize {
    text.bytes().take(offset).filter(|&byte| byte == b'\n').count() + 1
}

fn plain(value: &Spanned<DeValue<'_>>) -> Value {
    match value.get_ref() {
        DeValue::String(text) => Value::String(text.to_string()),
        // What does not fit stays text, and is then named as the wrong type.
        DeValue::Integer(number) => match i64::from_str_radix(number.as_str(), number.radix()) {
            Ok(whole) => Value::Integer(whole),
            Err(_) => Value::String(number.to_string()),
        },
        DeValue::Float(number) => match number.as_str().parse() {
            Ok(float) => Value::Float(float),
            Err(_) => Value::String(number.to_string()),
        },
        DeValue::Boolean(truth) => Value::Boolean(*truth),
        DeValue::Datetime(time) => Value::Datetime(*time),
        DeValue::Array(items) => Value::Array(items.iter().map(plain).collect()),
        DeValue::Table(table) => Value::Table(
            table
                .iter()
                .map(|(name, inner)| (name.get_ref().to_string(), plain(inner)))
                .collect(),
        ),
    }
}

#[cfg(test)]
mod tests;
