//! What runs beside the requests: subscribers, jobs, and what keeps tables small.

use super::{Core, StartError, watch::Watch};
use crate::{
    account, identity, invites, leads, moderation, notify, onboarding,
    platform::{
        idempotency, jobs,
        ledger::{Subscriber, follow},
        store::{
            StoreError,
            throttle::{self},
        },
        terms::metrics::{FEED_HELD_BACK_SECONDS, FEED_POSITION, FEED_QUIET_SECONDS},
    },
    rooms, tokens, waitlist,
};
use metrics::gauge;
use std::{sync::Arc, time::Duration};

/// How many follow the feed besides the enforcer of each room server; each under a lease of its own.
pub const SUBSCRIBERS: usize = 6;

/// What must happen because something happened.
pub(super) type Subscribers = Arc<[Arc<dyn Subscriber>]>;

/// Whoever follows the feed; and of these, who knows of letters.
pub(super) fn subscribers(core: &Core) -> Result<(Subscribers, Vec<Arc<dyn notify::Matter>>), StartError> {
    let http = &core.config.http;
    let unlinked =
        |error: crate::platform::terms::LinkError| StartError::Setup(format!("the links in letters: {error}"));
    let stops = notify::Stops::new(core.vault.clone(), http).map_err(unlinked)?;
    let texts = notify::TextLimits::of(&core.config.texts);
    let invites = Arc::new(invites::InviteMails {
        vault: core.vault.clone(),
        policy: Arc::clone(&core.policy),
        link: http.join_link().map_err(unlinked)?,
        stops: stops.clone(),
        limits: invites::LetterLimits::of(&core.config.throttle),
        texts,
    });
    let onboarding = Arc::new(onboarding::OnboardingSubscriber {
        vault: core.vault.clone(),
        policy: Arc::clone(&core.policy),
        stops: stops.clone(),
        texts,
    });
    let waitlist = Arc::new(waitlist::WaitlistSubscriber {
        vault: core.vault.clone(),
        policy: Arc::clone(&core.policy),
        stops: stops.clone(),
    });
    let accounts = Arc::new(account::AccountMails {
        vault: core.vault.clone(),
        policy: Arc::clone(&core.policy),
        stops,
        link: http.password_link().map_err(unlinked)?,
    });
    let reviews = Arc::new(identity::ReviewMails {
        vault: core.vault.clone(),
        policy: Arc::clone(&core.policy),
    });
    let sanctions = Arc::new(moderation::SanctionMails {
        vault: core.vault.clone(),
        policy: Arc::clone(&core.policy),
    });
    let subscribers: [Arc<dyn Subscriber>; SUBSCRIBERS] = [
        invites.clone(),
        onboarding.clone(),
        waitlist.clone(),
        reviews,
        sanctions,
        accounts.clone(),
    ];
    Ok((
        subscribers.into(),
        vec![invites, onboarding, waitlist, accounts, Arc::new(tokens::SignInTexts)],
    ))
}

pub(super) fn follow_all(core: &mut Core, subscribers: &Subscribers) {
    for subscriber in subscribers.iter() {
        core.tasks
            .spawn(follow(core.ledger.clone(), Arc::clone(subscriber), core.owner.clone()));
    }
    let enforcer = rooms::Enforcer {
        ledger: core.ledger.clone(),
        vault: core.vault.clone(),
        policy: Arc::clone(&core.policy),
        servers: Arc::clone(&core.room_servers),
        owner: core.owner.clone(),
    };
    core.tasks.spawn(enforcer.run());
    let runner = jobs::Runner {
        ledger: core.ledger.clone(),
        vault: core.vault.clone(),
        kinds: vec![
            Arc::new(moderation::SanctionMany {
                vault: core.vault.clone(),
            }),
            Arc::new(moderation::ApplyAction),
            Arc::new(moderation::UndoAction),
            Arc::new(invites::RevokeCampaign),
            Arc::new(invites::bulk::InviteMany {
                vault: core.vault.clone(),
                policy: Arc::clone(&core.policy),
            }),
        ],
        owner: core.owner.clone(),
    };
    core.tasks.spawn(runner.run());
    core.tasks.spawn(moderation::keep(
        core.ledger.clone(),
        core.vault.clone(),
        core.owner.clone(),
    ));
    if let Some(leads) = core.leads() {
        core.tasks.spawn(leads.run());
    }
}

/// Keeps tables and samples small. Nothing depends on it but their size.
pub(super) fn keep_house(core: &mut Core, watch: Arc<Watch>) {
    let ledger = core.ledger.clone();
    core.tasks.spawn(async move {
        loop {
            tokio::time::sleep(Duration::from_secs(600)).await;
            let swept = ledger
                .write(crate::platform::ledger::Actor::System, |tx| {
                    let forgotten = tx.now.before(idempotency::REMEMBERED);
                    idempotency::forget_before(tx.conn, forgotten)?;
                    throttle::sweep(tx.conn, tx.now)?;
                    Ok::<_, StoreError>(())
                })
                .await;
            if let Err(error) = swept {
                tracing::warn!(%error, "the house was not swept");
            }
        }
    });
    let every = core.config.store.checkpoint_minutes;
    if every > 0 {
        let read_model = core.read_model.clone();
        core.tasks.spawn(async move {
            loop {
                tokio::time::sleep(Duration::from_secs(60 * u64::from(every))).await;
                if let Err(error) = read_model.keep().await {
                    tracing::warn!(%error, "memory was not kept beside the store");
                }
            }
        });
    }
    let (ledger, read_model) = (core.ledger.clone(), core.read_model.clone());
    core.tasks.spawn(async move {
        loop {
            tokio::time::sleep(Duration::from_secs(5)).await;
            if let Ok(recorder) = super::serve::metrics() {
                recorder.run_upkeep();
            }
            let now = ledger.now();
            // Where the database is away, readiness says so; a gauge that stands still is enough here.
            let waiting = ledger.store().read(move |conn| {
                identity::queries::measure(conn, now)?;
                leads::queries::measure(conn)?;
                Ok::<_, StoreError>(crate::platform::ledger::oldest_waiting(conn)?)
            });
            if let Ok(waiting) = waiting.await {
                let held = watch.waited("feed", waiting, now);
                gauge!(FEED_HELD_BACK_SECONDS).set(held.as_secs_f64());
            }
            watch.measure().await;
            if let Err(error) = onboarding::commands::lapse(&ledger).await {
                tracing::warn!(%error, "cases that have waited in vain are in the rows as open yet");
            }
            gauge!(FEED_POSITION).set(read_model.applied().pos as f64);
            gauge!(FEED_QUIET_SECONDS).set(ledger.quiet().as_secs_f64());
        }
    });
}
