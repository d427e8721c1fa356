//! Who let whom in, asked of memory that was loaded, and of memory that followed the feed.

use vouchsafe::{
    admin::{self, AskError, Memory, Node},
    commands,
    graph::{InviteGraph, LiveGraph},
    people::{Member, Roster},
    platform::{
        store::Conn,
        terms::{Id, PersonRow, Role, Standing, SystemRng, Timestamp},
    },
};

use clap::Parser;

use super::community::Community;
use crate::support::db::{Database, on_both};

/// What the command line reads after `vouchsafe graph`.
#[derive(Parser)]
struct Asked {
    #[command(subcommand)]
    question: commands::graph::Question,
}

/// owner ← ann ← (bob ← (dan, eve), cat), and another root.
struct Family {
    owner: Member,
    ann: Member,
    bob: Member,
    cat: Member,
    dan: Member,
    eve: Member,
    other: Member,
}

async fn family(community: &Community) -> Family {
    let owner = community.found("owner", Role::Owner).await;
    let ann = community.admit(&owner, "ann").await;
    let bob = community.admit(&ann, "bob").await;
    let cat = community.admit(&ann, "cat").await;
    let dan = community.admit(&bob, "dan").await;
    let eve = community.admit(&bob, "eve").await;
    let other = community.found("other", Role::Member).await;
    Family {
        owner,
        ann,
        bob,
        cat,
        dan,
        eve,
        other,
    }
}

fn recall<T>(community: &Community, question: impl FnOnce(Memory<'_>) -> Result<T, AskError>) -> Result<T, AskError> {
    question(Memory {
        graph: &community.graph,
        roster: &community.roster,
        as_of: None,
    })
}

async fn ask<T: Send + 'static>(
    community: &Community,
    question: impl FnOnce(&mut Conn, &LiveGraph) -> Result<T, AskError> + Send + 'static,
) -> Result<T, AskError> {
    let graph = community.graph.clone();
    community.ledger.store().read(move |conn| question(conn, &graph)).await
}

fn handles(nodes: &[Node]) -> Vec<&str> {
    nodes.iter().map(|node| node.handle.as_deref().unwrap()).collect()
}

/// All that a graph says, person by person.
fn said(graph: &InviteGraph) -> Vec<String> {
    (1..=20)
        .map(PersonRow)
        .map(|row| {
            format!(
                "{row:?} {:?} {:?} {:?}",
                graph.chain(row),
                graph.vouches_of(row),
                graph.branch_figures(row)
            )
        })
        .collect()
}

on_both! {
    /// Chain, children, branch and paths, a page at a time, with names and standings.
    async fn questions_are_answered(db: &Database) {
        let community = Community::new(db).await;
        let Family { owner, ann, bob, cat, dan, eve, other } = family(&community).await;
        community.ban(&owner, &cat).await.unwrap();

        let chain = recall(&community, |memory| memory.chain(dan.id)).unwrap();
        assert_eq!(handles(&chain), ["dan", "bob", "ann", "owner"]);
        assert_eq!(chain.iter().map(|node| node.depth).collect::<Vec<_>>(), [3, 2, 1, 0]);
        assert_eq!((chain[3].id, chain[0].joined_at.micros()), (owner.id, dan.joined_at.seconds() * 1_000_000));

        let children = recall(&community, |memory| memory.children(ann.id, None, 10));
        let children = children.unwrap();
        assert_eq!(handles(&children), ["bob", "cat"]);
        assert_eq!(children[1].standing, Standing::Banned);
        let rest = recall(&community, |memory| memory.children(ann.id, Some(bob.id), 10));
        assert_eq!(handles(&rest.unwrap()), ["cat"]);

        let mut seen = Vec::new();
        loop {
            let after = seen.last().map(|node: &Node| node.id);
            let page = recall(&community, |memory| memory.branch(ann.id, after, 3)).unwrap();
            let last = page.len() < 3;
            seen.extend(page);
            if last {
                break;
            }
        }
        assert_eq!(handles(&seen), ["bob", "dan", "eve", "cat"]);

        let path = recall(&community, |memory| memory.path(eve.id, cat.id)).unwrap().unwrap();
        assert_eq!((handles(&path.people), path.turn), (vec!["eve", "bob", "ann", "cat"], 2));
        let apart = recall(&community, |memory| memory.path(eve.id, other.id)).unwrap();
        assert_eq!(apart, None);

        let now = community.ledger.now();
        let profile = ask(&community, move |conn, graph| admin::profile(conn, graph, ann.id, now)).await.unwrap();
        assert_eq!((profile.depth, profile.invitees, profile.branch.people, profile.branch.sanctioned), (1, 2, 4, 1));
        assert_eq!(profile.inviter.unwrap().id, owner.id);
        assert!(profile.sanctions.is_empty());
        let profile = ask(&community, move |conn, graph| admin::profile(conn, graph, cat.id, now)).await.unwrap();
        assert_eq!(profile.sanctions[0].reason, "spam");

        let nobody = Id::new(Timestamp::default(), &SystemRng);
        let unknown = recall(&community, |memory| memory.chain(nobody));
        assert!(matches!(unknown, Err(AskError::PersonUnknown)));
        let stranger = recall(&community, |memory| memory.branch(bob.id, Some(cat.id), 3));
        assert!(matches!(stranger, Err(AskError::NotInList)));
        let behind = Memory { graph: &LiveGraph::default(), roster: &community.roster, as_of: None }.chain(bob.id);
        assert!(matches!(behind, Err(AskError::NotCaughtUp)));
    }

    /// Memory that followed every event, memory that was loaded at the end, and memory that was
    /// loaded and then told everything again say the same.
    async fn loading_and_following_come_to_the_same(db: &Database) {
        let community = Community::new(db).await;
        let Family { owner, ann, bob, cat, eve, .. } = family(&community).await;
        community.vouch(&cat, &bob).await;
        community.vouch(&ann, &eve).await;
        let ban = community.ban(&owner, &bob).await.unwrap();
        community.lift(&owner, &bob, ban.id).await.unwrap();
        community.ban(&owner, &eve).await.unwrap();

        let followed = community.graph.read(said);
        assert!(followed.iter().any(|line| line.contains("Banned")));
        let restarted = Community::over(community.ledger.clone(), community.vault.clone()).await;
        assert_eq!(restarted.graph.read(said), followed);
        let called = |roster: &Roster| roster.names((1..=20).map(PersonRow));
        assert_eq!(called(&restarted.roster), called(&community.roster));
        assert!(called(&restarted.roster)[1].as_ref().is_some_and(|name| name.handle.as_deref() == Some("ann")));

        let again = community.ledger.store().read(move |conn| {
            use vouchsafe::platform::ledger::Projection;
            let graph = LiveGraph::default();
            graph.load(conn)?;
            for entry in vouchsafe::platform::ledger::entries(conn, 0, 1000)? {
                graph.apply(conn, &entry)?;
            }
            Ok::<_, vouchsafe::platform::store::StoreError>(graph.read(said))
        });
        assert_eq!(again.await.unwrap(), followed);
    }

    /// The command line asks the store itself, by handle or id.
    async fn the_command_line_prints_tables(db: &Database) {
        let community = Community::new(db).await;
        let Family { ann, cat, dan, .. } = family(&community).await;
        let store = community.ledger.store();
        let graph = async |line: &[&str]| {
            let asked = Asked::try_parse_from(["graph"].iter().chain(line)).map_err(|error| error.to_string())?;
            let mut out = Vec::new();
            commands::graph::answer(store, asked.question, &mut out).await.map_err(|error| error.to_string())?;
            Ok::<_, String>(String::from_utf8(out).unwrap())
        };
        let text = graph(&["chain", "DAN"]).await.unwrap();
        let lines: Vec<&str> = text.lines().collect();
        assert!(lines[0].starts_with("depth  handle  standing  joined (UTC)"), "{text}");
        assert!(lines[1].starts_with("3      dan     active    20"), "{text}");
        assert!(lines[1].ends_with(&dan.id.to_string()), "{text}");
        assert_eq!((lines.len(), lines[6]), (7, "4 people"), "{text}");
        let (ann_id, cat_id) = (ann.id.to_string(), cat.id.to_string());
        for (line, wanted) in [
            (&["children", ann_id.as_str()][..], "2 people"),
            (&["branch", "ann"], "4 people"),
            (&["common", "dan", &cat_id], "ann"),
            (&["path", "dan", "other"], "different roots"),
        ] {
            let text = graph(line).await.unwrap();
            assert!(text.contains(wanted), "{line:?}: {text}");
        }
        // The same, and more, as of a past time and as JSON.
        community.vouch(&cat, &ann).await;
        assert!(graph(&["chain", "dan"]).await.unwrap().ends_with("4 people\n"));
        let figures: serde_json::Value = serde_json::from_str(&graph(&["figures", "ann", "--json"]).await.unwrap()).unwrap();
        assert_eq!((&figures["people"], &figures["depth"]), (&4.into(), &2.into()));
        assert!(graph(&["figures", "ann"]).await.unwrap().starts_with("people            4\n"));
        assert_eq!(graph(&["common", "dan", "cat"]).await.unwrap(), "ann\n");
        let vouches: serde_json::Value = serde_json::from_str(&graph(&["vouches", "ann", "--json"]).await.unwrap()).unwrap();
        assert_eq!((vouches["received"].as_array().unwrap().len(), &vouches["given"]), (1, &serde_json::json!([])));
        let children: serde_json::Value = serde_json::from_str(&graph(&["children", "bob", "--json"]).await.unwrap()).unwrap();
        assert_eq!(children[1]["handle"], "eve");
        let path = graph(&["path", "dan", "other"]).await.unwrap();
        assert_eq!(path, "they came in by different roots\n");
        let early = graph(&["branch", "ann", "--as-of", "2020-01-01T00:00:00Z"]).await;
        assert_eq!(early, Err("the person joined later".into()));
        assert!(graph(&["branch", "ann", "--as-of", "yesterday"]).await.unwrap_err().contains("RFC 3339"));
        let unknown = graph(&["chain", "nobody"]).await.unwrap_err();
        assert!(unknown.contains("nobody has the id or handle"), "{unknown}");
    }
}
