//! A community whose people sit at real browsers: Debian's Chromium, and the hands of `tests/tools/pages`.

use std::{net::TcpListener, path::Path, time::Duration};

use secrecy::ExposeSecret as _;
use tokio::task::block_in_place;
use vouchsafe::{commands::admin, platform::terms::Role};

use super::{
    db::Database,
    service::{Home, Service},
    smtp::SmtpServer,
    tools::{node, node_modules, run},
};

/// How long a script may take while others use the machine too; alone, each takes a tenth of it.
const PATIENCE: Duration = Duration::from_secs(300);

/// The community, its mail server, and the link by which its owner signs in.
pub struct Screen {
    smtp: SmtpServer,
    service: Service,
    link: String,
}

impl Screen {
    /// One of this name under a preset. Forms are taken from our own origin alone, so that the port is chosen beforehand.
    pub async fn before(db: &Database, preset: &str, name: &str) -> Self {
        let smtp = SmtpServer::start();
        let mut home = Home::new(db, preset).with_smtp(&smtp);
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
        let service = home.start().await;
        let owner = service.found("owner@vouch.example.org", Role::Owner, None).await;
        let core = &service.app.core;
        let code = admin::sign_in_code(&core.ledger, &core.vault, owner.row).await.unwrap();
        let link = format!("{}/signin/{}", service.base, code.expose_secret());
        Self { smtp, service, link }
    }

    /// Runs one of the scripts, answers what it printed, and stops.
    pub async fn plays(self, script: &str, settings: &[(&str, &str)]) -> String {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
        let mut command = node();
        command
            .arg(folder.join("tests/tools/pages").join(script))
            .env("NODE_MODULES", node_modules())
            .env("BASE", &self.service.base)
            .env("LINK", &self.link)
            .env("MAILS", self.smtp.maildir())
            .env("SHOTS", folder.join("target/pages"))
            .envs(settings.iter().copied());
        let printed = block_in_place(|| run(&mut command, PATIENCE));
        self.service.stop().await;
        printed
    }
}
