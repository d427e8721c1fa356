//! The command line, nothing else.

use std::{
    fmt::Display,
    io::{self, IsTerminal as _, Write as _},
    path::PathBuf,
    process::ExitCode,
};

use clap::{Args, Parser, Subcommand};
use tracing_subscriber::{EnvFilter, util::SubscriberInitExt as _};
use vouchsafe::{
    app::{self, Core, Parts},
    commands::{
        admin,
        all_invites::{self, AllInvites},
        audit, check,
        community::{self, Community},
        demo, health, import, invite, sanction, serve, synth,
    },
    moderation::ReasonCode,
    notify::LetterId,
    platform::{
        config::{Config, LogFormat, Sources},
        ledger::Ledger,
        terms::{InviteId, ServiceId, SystemRng},
        vault::Keyring,
    },
};

// Many small allocations from many threads: about a tenth faster than the system's here.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Invites as a graph, real names kept sealed, tokens that room servers check.
#[derive(Parser)]
#[command(version, about, arg_required_else_help = true)]
struct Cli {
    #[command(flatten)]
    settings: Settings,
    #[command(subcommand)]
    command: Command,
}

#[derive(Args)]
struct Settings {
    /// The configuration file; else VOUCHSAFE_CONFIG, else vouchsafe.toml where there is one.
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Sets one value over file and environment: `--set http.listen=0.0.0.0:8080`.
    #[arg(long, global = true, value_name = "KEY=VALUE")]
    set: Vec<String>,
}

#[derive(Subcommand)]
enum Command {
    /// Runs the service.
    Serve,
    /// Runs the service with a sample community, made on first start.
    Demo,
    /// Says whether the configuration is sound, and shows the one that counts.
    Check,
    /// Brings the database's schema up to this version.
    Migrate,
    /// Replays a history of ratings (columns from, to, rating, time) through the service's commands.
    Import {
        /// A CSV file.
        file: PathBuf,
    },
    /// Fills a new database with a community of any size that never was, to measure and to try out.
    Synth {
        /// How many people: 1 to 100 million.
        #[arg(long, value_parser = clap::value_parser!(u32).range(1..=100_000_000))]
        people: u32,
        /// The same seed makes the same community.
        #[arg(long, default_value_t = 1)]
        seed: u64,
    },
    /// Owners, one-time sign-in codes, services.
    #[command(subcommand)]
    Admin(Admin),
    /// Invites of a member.
    #[command(subcommand)]
    Invite(InviteCommand),
    /// Sanctions.
    #[command(subcommand)]
    Sanction(sanction::SanctionCommand),
    #[command(flatten)]
    Community(Community),
    /// The ledger's chain, and who let whom in.
    #[command(subcommand)]
    Audit(Audit),
    /// The keyring.
    #[command(subcommand)]
    Keys(Keys),
    /// Asks the running service whether it is ready: exit 0 if it is.
    Health,
}

#[derive(Subcommand)]
enum Admin {
    /// Makes an owner, and prints a one-time code to sign in with.
    Owner {
        /// Their e-mail address.
        email: String,
        /// Their handle: 3 to 30 of a-z, 0-9 and _.
        #[arg(long, default_value = "owner")]
        handle: String,
    },
    /// Prints a one-time code with which a member can sign in, once, within 24 hours.
    SignIn {
        /// Their e-mail address, or their phone number with its country's code.
        contact: String,
    },
    /// Bans a member: their sessions and seats end, and their invites are void.
    Ban {
        /// A person's id or handle.
        person: String,
        /// Why, as a code that the ledger records: spam, abuse, false_identity, ban_evasion, security, request, other.
        #[arg(long)]
        reason: ReasonCode,
        /// Why, in words, which are kept sealed.
        #[arg(long)]
        note: String,
    },
    /// Lifts the ban that is in force on a member.
    LiftBan {
        /// A person's id or handle.
        person: String,
        /// Why, in words, which are kept sealed.
        #[arg(long)]
        note: String,
    },
    /// Registers a service, for which members ask tokens; prints its secret, once.
    Service {
        /// A name for people to know it by.
        name: String,
        /// What tokens for it have as audience: a URI, such as where it is reached. Else one is made of its id.
        #[arg(long, value_name = "URI")]
        resource: Option<String>,
    },
    /// Takes a service away: no token is for it any more.
    RemoveService {
        /// Its client id.
        service: ServiceId,
    },
    /// Lists the letters that were given up: what they are about, and why.
    Letters,
    /// Tries a letter that was given up again.
    RetryLetter {
        /// Its id, as `letters` lists it.
        letter: LetterId,
    },
    /// Tries letters that were given up again, once the mail server is mended.
    RetryLetters {
        /// All of them.
        #[arg(long, required = true)]
        all: bool,
    },
}

#[derive(Subcommand)]
enum InviteCommand {
    /// Issues an invite of a member: to an address, or an open link.
    New {
        /// Whose invite it is: a person's id or handle.
        #[arg(long)]
        by: String,
        /// To whom: an e-mail address, or a phone number with its country's code. Without it the invite is an open link.
        #[arg(long = "to", alias = "email", value_name = "EMAIL_OR_PHONE", conflicts_with = "uses")]
        to: Option<String>,
        /// How many may come in by an open link.
        #[arg(long, default_value_t = 1)]
        uses: u32,
        /// For how many hours it holds; the policy's lifetime where nothing is said.
        #[arg(long)]
        hours: Option<u32>,
        #[command(flatten)]
        besides: invite::Besides,
    },
    /// Lists a member's invites, newest first.
    List {
        /// A person's id or handle.
        #[arg(long)]
        by: String,
    },
    /// Takes an invite back.
    Revoke {
        /// Whose invite it is: a person's id or handle.
        #[arg(long)]
        by: String,
        /// The invite's id.
        invite: InviteId,
    },
    /// Invites everybody in a CSV file, by a job that a running service does.
    Bulk {
        /// Who invites: a person's id or handle.
        #[arg(long)]
        by: String,
        /// The file: a header that names `email` or `phone`, and perhaps `locale`, `lifetime_hours`, `message` and `campaign`, and a row for each.
        file: PathBuf,
    },
    /// Lets an invite stand again that was taken back.
    Restore {
        /// Whose invite it is: a person's id or handle.
        #[arg(long)]
        by: String,
        /// The invite's id.
        invite: InviteId,
    },
    /// Moves the end of an invite to a later time.
    Extend {
        /// Whose invite it is: a person's id or handle.
        #[arg(long)]
        by: String,
        /// The invite's id.
        invite: InviteId,
        /// For how many hours from now; the policy's lifetime where nothing is said.
        #[arg(long)]
        hours: Option<u32>,
    },
    /// Sends the letter of an invite again.
    Resend {
        /// Whose invite it is: a person's id or handle.
        #[arg(long)]
        by: String,
        /// The invite's id.
        invite: InviteId,
    },
    /// Passes an invite on to another address.
    PassOn {
        /// Whose invite it is: a person's id or handle.
        #[arg(long)]
        by: String,
        /// The invite's id.
        invite: InviteId,
        /// The other address.
        #[arg(long)]
        email: String,
    },
    /// Everybody's invites, as admins see and end them.
    #[command(subcommand)]
    All(AllInvites),
    /// Draws an open link as a QR code, into a file: PNG where its name ends so, SVG otherwise.
    Qr {
        /// Whose invite it is: a person's id or handle.
        #[arg(long)]
        by: String,
        /// The invite's id.
        invite: InviteId,
        /// The file.
        file: PathBuf,
    },
}

#[derive(Subcommand)]
enum Audit {
    /// Recomputes the hash chain; exit 1 if anything does not hold.
    Verify,
}

#[derive(Subcommand)]
enum Keys {
    /// Makes a new keyring file; refuses to overwrite one.
    New {
        /// Where.
        file: PathBuf,
    },
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    let loaded = Config::load(&Sources::of_process(cli.settings.config, cli.settings.set));
    match cli.command {
        Command::Check => match check::run(loaded, &mut io::stdout()) {
            Ok(sound) => code(sound),
            Err(error) => failed(&error),
        },
        Command::Keys(Keys::New { file }) => match Keyring::write_new(&file, &SystemRng) {
            Ok(()) => {
                let _ = writeln!(io::stdout(), "made {}: keep a copy in a safe place", file.display());
                ExitCode::SUCCESS
            }
            Err(error) => failed(&error),
        },
        command => match loaded {
            Ok(config) => run(command, config),
            Err(mistakes) => {
                let all: Vec<_> = mistakes.iter().map(ToString::to_string).collect();
                failed(&format_args!("the configuration has mistakes:\n\n{}", all.join("\n\n")))
            }
        },
    }
}

fn code(sound: bool) -> ExitCode {
    if sound { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn failed(error: &dyn Display) -> ExitCode {
    // Where even this cannot be said, the exit code says it.
    let _ = writeln!(io::stderr(), "vouchsafe: {error}");
    ExitCode::FAILURE
}

/// Logs go to stderr, so that what a command prints can be piped.
fn log(config: &Config) {
    let filter = EnvFilter::try_new(&config.log.filter).unwrap_or_else(|_| EnvFilter::new("info"));
    match config.log.format {
        LogFormat::Json => app::log::json(filter, io::stderr).init(),
        LogFormat::Text => tracing_subscriber::fmt()
            .with_env_filter(filter)
            .with_ansi(io::stderr().is_terminal())
            .with_writer(io::stderr)
            .init(),
    }
}

fn run(command: Command, config: Config) -> ExitCode {
    log(&config);
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return failed(&error),
    };
    match runtime.block_on(carry_out(command, config)) {
        Ok(code) => code,
        Err(error) => failed(&error),
    }
}

async fn carry_out(command: Command, config: Config) -> Result<ExitCode, Box<dyn std::error::Error>> {
    let mut out = io::stdout();
    match command {
        Command::Serve => serve::run(config, &mut out).await?,
        Command::Demo => demo::run(config, &mut out).await?,
        Command::Synth { people, seed } => {
            synth::run(config, people, seed, &mut out).await?;
        }
        Command::Migrate => {
            let target = secrecy::ExposeSecret::expose_secret(&config.store.url).parse()?;
            let applied = tokio::task::spawn_blocking(move || Ledger::migrate(&target)).await??;
            match applied.as_slice() {
                [] => writeln!(out, "the schema is up to date")?,
                names => writeln!(out, "applied {}", names.join(", "))?,
            }
        }
        Command::Health => return Ok(code(health::ready(&config.http.listen)?)),
        Command::Import { file } => {
            let core = Core::open(config, Parts::default()).await?;
            let interrupted = async {
                // Where Ctrl-C cannot be heard, the import runs to its end.
                if tokio::signal::ctrl_c().await.is_err() {
                    std::future::pending::<()>().await;
                }
            };
            import::run(&core.ledger, &core.vault, &file, interrupted, &mut out).await?;
            core.close().await;
        }
        Command::Admin(what) => {
            let core = Core::open(config, Parts::default()).await?;
            let url = &core.config.http.public_url;
            match what {
                Admin::Owner { email, handle } => {
                    admin::owner(&core.ledger, &core.vault, url, &email, &handle, &mut out).await?;
                }
                Admin::SignIn { contact } => admin::sign_in(&core.ledger, &core.vault, url, &contact, &mut out).await?,
                Admin::Ban { person, reason, note } => {
                    admin::ban(&core.ledger, &core.vault, &person, reason, &note, &mut out).await?;
                }
                Admin::LiftBan { person, note } => {
                    admin::lift_ban(&core.ledger, &core.vault, &person, &note, &mut out).await?;
                }
                Admin::Service { name, resource } => {
                    let ours = [url.as_str(), &core.config.token.audience];
                    admin::service(&core.ledger, &core.vault, ours, &name, resource.as_deref(), &mut out).await?;
                }
                Admin::RemoveService { service } => admin::remove_service(&core.ledger, service, &mut out).await?,
                Admin::Letters => admin::letters(&core.ledger, &mut out).await?,
                Admin::RetryLetters { .. } => admin::retry_letters(&core.ledger, &mut out).await?,
                Admin::RetryLetter { letter } => admin::retry_letter(&core.ledger, letter, &mut out).await?,
            }
            core.close().await;
        }
        Command::Invite(what) => {
            let core = Core::open(config, Parts::default()).await?;
            let (issuer, link) = (core.invite_issuer(), core.join_link()?);
            let invites = invite::Invites {
                ledger: &core.ledger,
                vault: &core.vault,
                policy: &core.policy,
                issuer: &issuer,
                link: &link,
            };
            match what {
                InviteCommand::New {
                    by,
                    to,
                    uses,
                    hours,
                    besides,
                } => {
                    let wanted = invite::Wanted {
                        to,
                        uses,
                        hours,
                        besides,
                    };
                    invites.new_invite(&by, wanted, &mut out).await?;
                }
                InviteCommand::List { by } => invites.list(&by, &mut out).await?,
                InviteCommand::Revoke { by, invite } => invites.revoke(&by, invite, &mut out).await?,
                InviteCommand::Bulk { by, file } => invites.bulk(&by, &file, &mut out).await?,
                InviteCommand::Restore { by, invite } => invites.restore(&by, invite, &mut out).await?,
                InviteCommand::Extend { by, invite, hours } => invites.extend(&by, invite, hours, &mut out).await?,
                InviteCommand::Resend { by, invite } => invites.resend(&by, invite, &mut out).await?,
                InviteCommand::PassOn { by, invite, email } => invites.pass_on(&by, invite, &email, &mut out).await?,
                InviteCommand::All(what) => all_invites::run(&core.ledger, &core.vault, what, &mut out).await?,
                InviteCommand::Qr { by, invite, file } => invites.qr(&by, invite, &file, &mut out).await?,
            }
            core.close().await;
        }
        Command::Sanction(what) => {
            let core = Core::open(config, Parts::default()).await?;
            sanction::run(&core, what, &mut out).await?;
            core.close().await;
        }
        Command::Community(what) => {
            let core = Core::open(config, Parts::default()).await?;
            community::run(&core, what, &mut out).await?;
            core.close().await;
        }
        Command::Audit(what) => {
            let core = Core::open(config, Parts::default()).await?;
            let store = core.ledger.store();
            let holds = match what {
                Audit::Verify => audit::verify(store, &mut out).await?,
            };
            core.close().await;
            return Ok(code(holds));
        }
        Command::Check | Command::Keys(_) => unreachable!("done before the configuration is needed"),
    }
    Ok(ExitCode::SUCCESS)
}
