//! `vouchsafe check`: is the configuration sound, and what is it?

use std::io::{self, Write};

use crate::{
    app,
    platform::config::{Config, Mistake},
};

/// Tells every mistake, one a paragraph; or that there is none, and the configuration that counts as TOML,
/// with `[redacted]` in the place of secrets. Answers whether it is sound.
///
/// # Errors
/// Only of writing to `out`.
pub fn run(load: Result<Config, Vec<Mistake>>, out: &mut impl Write) -> io::Result<bool> {
    match load {
        Ok(config) => {
            // What no setting shows by itself: a file that is no certificate, a policy that contradicts itself.
            if let Err(error) = app::rehearse(&config) {
                writeln!(out, "{error}")?;
                return Ok(false);
            }
            let shown = toml::to_string_pretty(&config).map_err(io::Error::other)?;
            write!(out, "configuration is sound\n\n{shown}")?;
            Ok(true)
        }
        Err(mistakes) => {
            let paragraphs: Vec<String> = mistakes.iter().map(ToString::to_string).collect();
            writeln!(out, "{}", paragraphs.join("\n\n"))?;
            Ok(false)
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{io, path::Path};

    use super::run;
    use crate::platform::{
        config::{Config, Files, Found, Mistake, Sources},
        document::Shape,
    };

    struct OneFile<'a>(&'a str);

    impl Files for OneFile<'_> {
        fn read(&self, path: &Path) -> io::Result<Found> {
            if path == Path::new("vouchsafe.toml") {
                Ok(Found {
                    text: self.0.into(),
                    world_readable: false,
                })
            } else {
                Err(io::ErrorKind::NotFound.into())
            }
        }
    }

    fn file(text: &str) -> Result<Config, Vec<Mistake>> {
        Config::load(&Sources {
            file: None,
            environment: Vec::new(),
            sets: Vec::new(),
            files: &OneFile(text),
        })
    }

    /// What would end the start ends the check.
    #[test]
    fn check_refuses_what_serve_would() {
        let folder = tempfile::tempdir().unwrap();
        let (nothing, policy) = (folder.path().join("no.pem"), folder.path().join("policy.toml"));
        std::fs::write(&nothing, "nothing here").unwrap();
        std::fs::write(
            &policy,
            "community.name = \"\\u202b\\u202c\"\njoin.assurance = 'contact'",
        )
        .unwrap();
        let told = |change: &dyn Fn(&mut Config)| {
            let mut config = Config::default();
            change(&mut config);
            let mut out = Vec::new();
            let sound = run(Ok(config), &mut out).unwrap();
            (sound, String::from_utf8(out).unwrap())
        };
        assert!(told(&|_| ()).0);
        let (sound, why) = told(&|config| {
            config.mail.transport = crate::platform::config::MailTransport::Smtp;
            config.mail.smtp.host = Some("mx.example.org".into());
            config.mail.smtp.ca_file = Some(nothing.clone());
        });
        assert!(!sound && why.contains("no PEM certificate"), "{why}");
        let (sound, why) = told(&|config| config.policy.seed_file = Some(policy.clone()));
        assert!(!sound && why.contains("community.name"), "{why}");
        for (text, key) in [
            ("[http]\njoin_url = 'myapp://join/{code}'", "http.join_url"),
            ("[http]\njoin_url = 'https://example.org/join'", "http.join_url"),
            ("[http]\njoin_url = 'https://example.org/{code}|'", "http.join_url"),
            ("[mail]\nfrom = 'a@localhost'", "mail.from"),
            ("[mail]\nfrom = 'a@[127.0.0.1]'", "mail.from"),
            ("[mail.smtp]\nhello = 'mailhost'", "mail.smtp.hello"),
        ] {
            let mut out = Vec::new();
            assert!(!run(file(text), &mut out).unwrap(), "{text}");
            let shown = String::from_utf8(out).unwrap();
            assert!(shown.contains(key), "{shown}");
        }
    }

    #[test]
    fn check_prints_all_or_the_whole() {
        let mut out = Vec::new();
        let text = "[mail]\ntransport = 'smtp'\n[mail.smtp]\nhost = 'mx'\nusername = 'u'\npassword = 'hush-1'\n[store]\nurl = 'postgres://v:hush-2@h/v?password=hush-3'";
        let loaded = file(text);
        assert!(!format!("{loaded:?}").contains("hush"));
        assert!(run(loaded, &mut out).unwrap());
        let shown = String::from_utf8(out).unwrap();
        let (first, rest) = shown.split_once("\n\n").unwrap();
        assert_eq!(first, "configuration is sound");
        assert!(!shown.contains("hush"), "{shown}");
        assert!(
            shown.contains("password = \"[redacted]\"") && shown.contains("url = \"postgres://[redacted]\""),
            "{shown}"
        );
        // What is shown is itself a configuration, but for the secrets.
        assert_eq!(Shape::of::<Config>().read(rest).1, []);
        file(rest).unwrap();

        let mut out = Vec::new();
        assert!(!run(file("http.workers = -1\nhtp = 1"), &mut out).unwrap());
        assert_eq!(
            String::from_utf8(out).unwrap(),
            "vouchsafe.toml:1: http.workers: is -1, which is out of range\n  Give a whole number from 0 to 1024.\n\n\
             vouchsafe.toml:2: htp: is not a known key\n  Did you mean http?\n"
        );
    }
}
