//! A community whose people sit at real browsers: Debian's Chromium, and the hands of `tests/tools/pages`.

use std::{net::TcpListener, path::Path, time::Duration};

use secrecy::ExposeSecret as _;
use tokio::task::block_in_place;
use vouchsafe::{
    commands::{admin, demo},
    platform::terms::{PersonRow, Role},
};

use super::{
    db::Database,
    service::{Home, Service},
    smtp::SmtpServer,
    tools::{node, node_modules, run},
};

/// How long a script may take while others use the machine too; alone, each takes a tenth of it.
const PATIENCE: Duration = Duration::from_secs(300);

/// The community, its mail server, and the links by which its owner and, where there is one, another admin sign in.
pub struct Screen {
    smtp: SmtpServer,
    service: Service,
    link: String,
    link_of_second: String,
}

impl Screen {
    /// One of this name under a preset.
    pub async fn before(db: &Database, preset: &str, name: &str) -> Self {
        let smtp = SmtpServer::start();
        let home = home(db, &smtp, preset, name);
        let service = home.start().await;
        let owner = service.found("owner@vouch.example.org", Role::Owner, None).await;
        Self::of(smtp, service, owner.row, None).await
    }

    /// The sample community: two thousand people, and an abusive branch.
    pub async fn sample(db: &Database) -> Self {
        let smtp = SmtpServer::start();
        let service = home(db, &smtp, "open-circle", "Our community").start().await;
        let summary = demo::populate(&service.app.core, |_, _| {}).await.unwrap();
        Self::of(smtp, service, summary.owner, Some(summary.second)).await
    }

    /// A service that runs already, at which these sit.
    pub async fn of(smtp: SmtpServer, service: Service, owner: PersonRow, second: Option<PersonRow>) -> Self {
        let link_of_second = match second {
            Some(second) => link(&service, second).await,
            None => String::new(),
        };
        let link = link(&service, owner).await;
        Self {
            smtp,
            service,
            link,
            link_of_second,
        }
    }

    /// Runs one of the scripts, answers what it printed, and stops.
    pub async fn plays(self, script: &str, settings: &[(&str, &str)]) -> String {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
        let mut command = node();
        command
            .arg(folder.join("tests/tools").join(script))
            .env("NODE_MODULES", node_modules())
            .env("BASE", &self.service.base)
            .env("LINK", &self.link)
            .env("LINK_OF_SECOND", &self.link_of_second)
            .env("MAILS", self.smtp.maildir())
            .env("SHOTS", folder.join("target/pages"))
            .envs(settings.iter().copied());
        let printed = block_in_place(|| run(&mut command, PATIENCE));
        self.service.stop().await;
        printed
    }
}

/// Forms are taken from our own origin alone, so that the port is chosen beforehand.
pub fn home(db: &Database, smtp: &SmtpServer, preset: &str, name: &str) -> Home {
    let mut home = Home::new(db, preset).with_smtp(smtp);
    let seed = home.config.policy.seed_file.clone().unwrap();
    let policy = std::fs::read_to_string(&seed).unwrap();
    // A text of JSON is one of TOML, too.
    let named = format!("name = {}", serde_json::Value::from(name));
    let policy = policy.replace("name = \"Our community\"", &named);
    std::fs::write(&seed, policy.replace("sole_owner = false", "sole_owner = true")).unwrap();
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    home.config.http.listen = free.into();
    home.config.http.public_url = format!("http://{free}").parse().unwrap();
    home.config.token.audience = home.config.http.public_url.api();
    home
}

async fn link(service: &Service, person: PersonRow) -> String {
    let core = &service.app.core;
    let code = admin::sign_in_code(&core.ledger, &core.vault, person).await.unwrap();
    format!("{}/signin/{}", service.base, code.expose_secret())
}
