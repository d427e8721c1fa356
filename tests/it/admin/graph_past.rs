//! The graph over the store, held against plain lists: whatever is done by the commands, memory that followed the feed and
//! memory that is loaded anew say what the lists say, now and as of any time.

use std::{sync::Arc, time::Duration};

use tokio::task::block_in_place;
use vouchsafe::{
    admin::commands::{self as admin, NewPlace},
    commands::import,
    graph::{BranchFigures, LiveGraph, VouchesOf},
    leaving::{self, LeaveReason},
    moderation::{self, ReasonCode},
    people::{self, Member},
    platform::{
        ledger::{Actor, events::ReparentReason},
        store::StoreError,
        terms::{
            Assurance, Clock, ManualClock, PersonRow, Reason, Rng, Role, SeededRng, Standing, SystemRng, Timestamp,
        },
        vault::{Keyring, Vault},
    },
    policy::Current,
};

use super::community::Community;
use crate::support::db::{Database, Setup, on_both};

/// A person, and what became of them.
struct Known {
    member: Member,
    joined: i64,
    standings: Vec<(i64, Standing)>,
    verified: Vec<(i64, bool)>,
    /// Whose invitee they are from when on; the last one now.
    inviters: Vec<(i64, Option<usize>)>,
    ban: Option<vouchsafe::platform::terms::SanctionId>,
    left: bool,
}

/// From, to, since and until, in seconds.
type Vouch = (usize, usize, i64, Option<i64>);

#[derive(Default)]
struct Lists {
    people: Vec<Known>,
    vouches: Vec<Vouch>,
}

fn last<T: Copy>(list: &[(i64, T)], at: i64) -> Option<T> {
    list.iter().rfind(|(since, _)| *since <= at).map(|(_, what)| *what)
}

impl Lists {
    fn chain(&self, who: usize, at: i64) -> Vec<usize> {
        let mut chain = vec![who];
        while let Some(Some(above)) = last(&self.people[chain[chain.len() - 1]].inviters, at) {
            chain.push(above);
        }
        chain
    }

    fn figures(&self, who: usize, at: i64) -> BranchFigures {
        let mut figures = BranchFigures::default();
        for (other, person) in self.people.iter().enumerate() {
            let chain = self.chain(other, at);
            let Some(steps) = chain.iter().position(|&above| above == who) else {
                continue;
            };
            if steps == 0 || person.joined > at {
                continue;
            }
            figures.people += 1;
            figures.depth = figures.depth.max(steps as u32);
            match last(&person.standings, at) {
                None | Some(Standing::Active) => figures.active += 1,
                Some(Standing::Left) => figures.left += 1,
                Some(_) => figures.sanctioned += 1,
            }
            figures.verified += u32::from(last(&person.verified, at).unwrap());
            figures.joined_last_week += u32::from(person.joined + 7 * 24 * 3600 > at);
        }
        figures
    }

    /// What a graph must say of everybody, in lines.
    fn lines(&self, at: i64) -> Vec<String> {
        let row = |who: usize| self.people[who].member.row.0;
        let there = self.people.iter().enumerate().filter(|(_, person)| person.joined <= at);
        let line = |(who, _): (usize, &Known)| {
            let chain: Vec<_> = self.chain(who, at).into_iter().map(row).collect();
            let mut given: Vec<_> = self
                .vouches
                .iter()
                .filter(|(from, _, since, until)| *from == who && *since <= at && until.is_none_or(|until| until > at))
                .map(|(_, to, since, _)| (row(*to), *since))
                .collect();
            given.sort_unstable();
            let standing = last(&self.people[who].standings, at).unwrap_or(Standing::Active);
            format!(
                "{} {standing} {chain:?} {given:?} {:?}",
                row(who),
                self.figures(who, at)
            )
        };
        there.map(line).collect()
    }
}

/// The same, asked of a graph.
fn asked(graph: &LiveGraph, as_of: Option<Timestamp>) -> Vec<String> {
    let line = |row: PersonRow| {
        let chain = graph.chain(row, as_of);
        let place = chain.first()?;
        let of = as_of.map_or(VouchesOf::Now, VouchesOf::Then);
        let given = graph.read(|graph| graph.vouches(row, of)).given;
        let given: Vec<_> = given.iter().map(|vouch| (vouch.person.0, vouch.at.seconds())).collect();
        let rows: Vec<_> = chain.iter().map(|place| place.person.0).collect();
        // What the pages of the branch hold is what the figures count.
        let figures = graph.figures(row, as_of).unwrap();
        let mut pages = 0;
        let mut after = None;
        loop {
            let page = graph.branch(row, after, 3, as_of).unwrap();
            pages += page.len() as u32;
            match page.last() {
                Some(last) => after = Some(last.person),
                None => break,
            }
        }
        assert_eq!(pages, figures.people, "{row:?} as of {as_of:?}");
        // So does the drawing, which says the same of each.
        let levels = graph.levels(row, 64, 1000, as_of).unwrap();
        assert!(
            levels.whole && levels.people.len() as u32 == figures.people + 1,
            "{row:?} as of {as_of:?}"
        );
        for drawn in &levels.people {
            let person = drawn.place.person;
            let invitees = graph.children(person, None, 1000, as_of).unwrap();
            assert_eq!(graph.chain(person, as_of).first(), Some(&drawn.place));
            assert_eq!(drawn.invitees, invitees.len() as u32, "{person:?} as of {as_of:?}");
            let below = as_of.is_none().then(|| graph.figures(person, None).unwrap().people);
            assert_eq!(drawn.below, below);
        }
        Some(format!("{} {} {rows:?} {given:?} {figures:?}", row.0, place.standing))
    };
    (1..120).filter_map(|row| line(PersonRow(row))).collect()
}

const DAY: usize = 24 * 3600;

/// Replays a history of people whom nobody knows here, from two months ago on; the lists say the same.
async fn import(db: &Database, community: &Community, lists: &mut Lists, dice: impl Fn(usize) -> usize, now: i64) {
    let first = lists.people.len();
    let (mut rows, mut at) = ("from,to,rating,time\n".to_owned(), now - 61 * DAY as i64);
    let (mut names, mut newcomers) = ([None; 7], Vec::new());
    for _ in 0..30 {
        at += 1 + dice(2 * DAY) as i64;
        let (from, to, rating) = (dice(names.len()), dice(names.len()), [1, 1, 1, -1][dice(4)]);
        rows += &format!("{now}-{from},{now}-{to},{rating},{at}\n");
        if from == to {
            continue;
        }
        let mut joins = |inviter: Option<usize>| {
            newcomers.push((at, inviter));
            Some(first + newcomers.len() - 1)
        };
        // Who speaks before anybody has let them in is a root.
        if names[from].is_none() {
            names[from] = joins(None);
        }
        match (names[from], names[to], rating) {
            (inviter, None, 1) => names[to] = joins(inviter),
            (Some(from), Some(to), 1) if !lists.vouches.iter().any(|vouch| (vouch.0, vouch.1) == (from, to)) => {
                lists.vouches.push((from, to, at, None));
            }
            _ => {}
        }
    }
    let history = import::History::read(rows.as_bytes(), Timestamp::from_seconds(now)).unwrap();
    let plan = import::plan(&history);
    let (ledger, vault) = (&community.ledger, &community.vault);
    let ended = import::replay(ledger, vault, history, plan, std::future::pending(), |_| ()).await;
    assert_eq!(ended.unwrap(), import::Ended::Done);
    let rows = block_in_place(|| db.figures("SELECT id AS n FROM people ORDER BY id"));
    assert_eq!(rows.len(), first + newcomers.len());
    for (row, (joined, inviter)) in rows[first..].iter().copied().zip(newcomers) {
        let member = ledger
            .store()
            .read(move |conn| Ok::<_, StoreError>(people::member(conn, PersonRow(row))?));
        lists.people.push(Known {
            joined,
            standings: Vec::new(),
            verified: vec![(joined, false)],
            inviters: vec![(joined, inviter)],
            ban: None,
            left: false,
            member: member.await.unwrap().unwrap(),
        });
    }
}

on_both! {
    async fn whatever_is_done_it_is_answered_as_it_was(db: &Database) {
        let clock = Arc::new(ManualClock::new(Timestamp::from_seconds(1_790_000_000)));
        let ledger = db.ledger(Setup { clock: clock.clone(), pool_size: 20, ..Setup::default() });
        let community = Community::over(ledger, Vault::new(Keyring::generate(&SystemRng))).await;
        let vault = &community.vault;
        let owner = community.found("owner", Role::Owner).await;
        let now = || clock.now().seconds();
        let known = |member: Member, inviter, verified| Known {
            joined: now(),
            standings: Vec::new(),
            verified: vec![(now(), verified)],
            inviters: vec![(now(), inviter)],
            ban: None,
            left: false,
            member,
        };
        let mut lists = Lists::default();
        lists.people.push(known(owner.clone(), None, false));
        let (rng, mut times) = (SeededRng::new(13), vec![now() - 30 * DAY as i64]);
        let dice = |below: usize| {
            let mut bytes = [0; 8];
            rng.fill(&mut bytes);
            (u64::from_le_bytes(bytes) % below as u64) as usize
        };
        let note = || Reason::parse("as the dice fell").unwrap();
        for step in 0..110 {
            if [0, 50].contains(&step) {
                import(db, &community, &mut lists, dice, now()).await;
            }
            clock.advance(Duration::from_secs(if dice(4) == 0 { 2 * 24 * 3600 } else { 1 + dice(40) as u64 }));
            let (who, other, at) = (dice(lists.people.len()), dice(lists.people.len()), now());
            let (target, row) = (lists.people[who].member.id, lists.people[who].member.row);
            if lists.people[who].left {
                continue;
            }
            match dice(13) {
                0..4 => {
                    let handle = format!("somebody_{step}");
                    let member = match dice(2) {
                        0 => community.admit(&lists.people[who].member, &handle).await,
                        _ => community.admit_verified(&lists.people[who].member, &handle).await,
                    };
                    let verified = member.assurance == Assurance::Verified;
                    lists.people.push(known(member, Some(who), verified));
                }
                4..6 => {
                    let (from, to, vault) = (row, lists.people[other].member.id, vault.clone());
                    let given = community.ledger.write(Actor::Person(from), move |tx| {
                        people::give_vouch(tx, &vault, from, to)
                    });
                    let given = given.await;
                    let open = lists.vouches.iter().any(|vouch| (vouch.0, vouch.1) == (who, other) && vouch.3.is_none());
                    let rests = |vouch: &Vouch| (vouch.0, vouch.1) == (who, other) && vouch.3.is_some_and(|until| until + 24 * 3600 > at);
                    let may = who != other && lists.people[who].ban.is_none() && !lists.vouches.iter().any(rests);
                    assert_eq!(given.is_ok(), may || open && who != other && lists.people[who].ban.is_none(), "{given:?}");
                    if let Ok(given) = given {
                        if !open {
                            lists.vouches.push((who, other, at, None));
                        }
                        if let Some(position) = given.position {
                            community.seen(Some(position)).await;
                        }
                    }
                }
                6 => {
                    let Some(vouch) = lists.vouches.iter_mut().find(|vouch| vouch.3.is_none()) else { continue };
                    let (giver, to) = (lists.people[vouch.0].member.row, lists.people[vouch.1].member.id);
                    if lists.people[vouch.0].ban.is_some() || lists.people[vouch.0].left {
                        continue;
                    }
                    vouch.3 = Some(at);
                    let vault = vault.clone();
                    let taken = community.ledger.write(Actor::Person(giver), move |tx| {
                        people::take_vouch_back(tx, &vault, giver, to)
                    });
                    community.seen(taken.await.unwrap().position).await;
                }
                7 | 8 if who != 0 => match lists.people[who].ban.take() {
                    Some(ban) => {
                        community.lift(&owner, &lists.people[who].member, ban).await.unwrap();
                        lists.people[who].standings.push((at, Standing::Active));
                    }
                    None => {
                        let ban = community.ban(&owner, &lists.people[who].member).await.unwrap();
                        lists.people[who].ban = Some(ban.id);
                        lists.people[who].standings.push((at, Standing::Banned));
                    }
                },
                9 if who != 0 => {
                    let policy = Arc::new(Current::new(vouchsafe::app::DOCUMENTS));
                    let lowered = community.ledger.write(Actor::Operator, move |tx| {
                        moderation::commands::lower_assurance(tx, &policy, target, Assurance::None, ReasonCode::Other)
                    });
                    if let Ok(lowered) = lowered.await {
                        community.seen(lowered.position).await;
                        lists.people[who].verified.push((at, false));
                    }
                }
                // At times banned before: what is lifted afterwards brings nobody back.
                10 if who != 0 => {
                    let vault = vault.clone();
                    let gone = community.ledger.write(Actor::Operator, move |tx| {
                        leaving::remove(tx, &vault, target, LeaveReason::Request)
                    });
                    community.seen(gone.await.unwrap().position).await;
                    lists.people[who].left = true;
                    lists.people[who].standings.push((at, Standing::Left));
                }
                _ if who != 0 => {
                    let place = match dice(5) {
                        0 => NewPlace::Root,
                        _ => NewPlace::Under(lists.people[other].member.id),
                    };
                    let (vault, note) = (vault.clone(), note());
                    let moved = community.ledger.write(Actor::Operator, move |tx| {
                        admin::reparent(tx, &vault, target, place, ReparentReason::Other, &note)
                    });
                    let after = (place != NewPlace::Root).then_some(other);
                    let circle = after.is_some_and(|after| lists.chain(after, at).contains(&who));
                    match moved.await {
                        Ok(moved) => {
                            assert!(!circle);
                            let before = last(&lists.people[who].inviters, at).unwrap();
                            assert_eq!(moved.value, before != after);
                            if moved.value {
                                lists.people[who].inviters.push((at, after));
                                community.seen(moved.position).await;
                            }
                        }
                        Err(error) => assert!(circle, "{error}"),
                    }
                }
                _ => continue,
            }
            times.push(now());
        }
        assert!(lists.people.iter().filter(|person| person.left).count() > 2);
        assert!(lists.people.len() > 20 && lists.people.iter().any(|person| person.inviters.len() > 1));
        let restarted = LiveGraph::new(clock.clone());
        let restarted = community.ledger.store().read(move |conn| {
            use vouchsafe::platform::ledger::Projection;
            restarted.load(conn)?;
            Ok::<_, StoreError>(restarted)
        });
        let restarted = restarted.await.unwrap();
        assert_eq!(asked(&restarted, None), lists.lines(now()));
        // Memory that followed has a clock of its own, by which nobody of then is new now.
        let strip = |lines: Vec<String>| -> Vec<String> {
            lines.into_iter().map(|line| line.split(", joined_last_week").next().unwrap().to_owned()).collect()
        };
        assert_eq!(strip(asked(&community.graph, None)), strip(lists.lines(now())));
        for at in times.into_iter().step_by(7) {
            for at in [at - 1, at] {
                let as_of = Some(Timestamp::from_seconds(at));
                assert_eq!(asked(&restarted, as_of), lists.lines(at), "restarted, as of {at}");
                assert_eq!(asked(&community.graph, as_of), lists.lines(at), "followed, as of {at}");
            }
        }
    }
}
