//! `make bench-graph`: what the graph answers, beside what others need for the same of the same people.
//!
//! A tree of 10⁵ and 10⁶ people (and as many as each argument says, with the word `ours` without peers: `cargo bench --bench graph -- ours 10000000`), as a
//! synthetic community grows: some who let in many, 30 to 50 steps deep. Asked are the chain of anybody, the nearest common
//! inviter of any two, and the size of a great branch; of ours also the first page of a branch of about 50 000 and
//! one more person at depth 40. Medians, each of a question alone, in microseconds. Peers: petgraph's own graph in this
//! process; SQLite and PostgreSQL by recursive queries and PostgreSQL by `ltree`, through the driver that the service
//! uses; igraph and networkit by their Python interfaces. How long each took to make is told too.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a bench may fall over")]

#[allow(dead_code, unused_imports, unused_macros, reason = "the bench needs a part of it")]
#[path = "../../tests/it/support/mod.rs"]
mod support;

use std::{collections::HashSet, env, fs, hint::black_box, io::Write as _, process::Command, time::Instant};

use petgraph::{
    Direction::Incoming,
    graph::{Graph, NodeIndex},
    visit::Dfs,
};
use serde_json::{Value, json};
use vouchsafe::{
    graph::{InviteGraph, Newcomer},
    platform::{
        store::{Backend, Conn},
        terms::{PersonRow, Timestamp},
    },
};

use support::db::{Database, figures, run};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// So many questions of each kind are asked; fewer of a slow peer.
const ASKED: usize = 10_000;
const ASKED_OF_SQL: usize = 300;
/// With `ltree` every person keeps their whole path: beyond this it takes minutes and gigabytes.
const MOST_LTREE: usize = 1_000_000;
/// When the first one joined: 2024-01-01. Another joins every second.
const BEGINS: i64 = 1_704_067_200;
const NOBODY: u32 = u32::MAX;

/// Numbers as good as random ones (SplitMix64), the same each time.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((u128::from(mixed ^ (mixed >> 31)) * bound as u128) >> 64) as usize
    }
}

/// Who let in whom, by place; and what is asked.
struct Community {
    inviters: Vec<u32>,
    asked: Vec<u32>,
    depths: Vec<u8>,
    /// A branch that holds about a third of all, and one of about 50 000.
    great: u32,
    middling: u32,
}

impl Community {
    fn of(people: usize) -> Self {
        let mut numbers = Numbers(2026);
        let (mut inviters, mut depths) = (vec![NOBODY], vec![0_u8]);
        for count in 1..people {
            let inviter = match numbers.below(100) {
                0..20 => match inviters[numbers.below(count)] {
                    NOBODY => 0,
                    inviter => inviter as usize,
                },
                20..75 => numbers.below(count),
                _ => count - 1 - numbers.below(count.div_ceil(1000)),
            };
            inviters.push(inviter as u32);
            depths.push(depths[inviter].saturating_add(1));
        }
        let mut sizes = vec![0_u32; people];
        for place in (1..people).rev() {
            sizes[inviters[place] as usize] += sizes[place] + 1;
        }
        let nearest = |wanted: usize| {
            let far = |place: &usize| (sizes[*place] as i64 - wanted as i64).abs();
            (1..people).min_by_key(far).unwrap_or(0) as u32
        };
        Self {
            asked: (0..ASKED).map(|_| numbers.below(people) as u32).collect(),
            great: nearest(people / 3),
            middling: nearest(50_000.min(people / 3)),
            inviters,
            depths,
        }
    }

    /// Everybody's inviter, by place, without the first.
    fn edges(&self) -> impl Iterator<Item = (u32, u32)> {
        self.inviters
            .iter()
            .zip(0..)
            .skip(1)
            .map(|(&inviter, person)| (inviter, person))
    }
}

fn row(place: u32) -> PersonRow {
    PersonRow(i64::from(place) + 1)
}

/// The median of what each question took, in microseconds.
fn median<T>(asked: impl IntoIterator<Item = T>, mut ask: impl FnMut(T)) -> f64 {
    let mut spent: Vec<_> = asked
        .into_iter()
        .map(|one| {
            let begun = Instant::now();
            ask(one);
            begun.elapsed().as_nanos()
        })
        .collect();
    spent.sort_unstable();
    spent[spent.len() / 2] as f64 / 1000.0
}

fn pairs(asked: &[u32]) -> impl Iterator<Item = (u32, u32)> {
    asked.iter().copied().zip(asked.iter().rev().copied())
}

fn ours(community: &Community) -> Value {
    let begun = Instant::now();
    let mut graph = InviteGraph::new();
    for (place, &inviter) in community.inviters.iter().enumerate() {
        let place = place as u32;
        let new = Newcomer {
            person: row(place),
            inviter: (inviter != NOBODY).then(|| row(inviter)),
            at: Timestamp::from_seconds(BEGINS + i64::from(place)),
            verified: true,
        };
        graph.add(new).unwrap();
    }
    let made = begun.elapsed().as_secs_f64();
    let people = community.inviters.len();
    let half = Timestamp::from_seconds(BEGINS + people as i64 / 2);
    let asked = || community.asked.iter().copied();
    let chain = median(asked(), |place| drop(black_box(graph.chain(row(place)))));
    let common = median(pairs(&community.asked), |(one, other)| {
        black_box(graph.nearest_common_inviter(row(one), row(other)));
    });
    let size = median(0..1000, |_| {
        black_box(graph.branch_figures(row(community.great)));
    });
    let page = median(0..1000, |_| {
        drop(black_box(graph.branch(row(community.middling), None, 100)))
    });
    let past = median(asked(), |place| drop(black_box(graph.as_of(half).chain(row(place)))));
    let deep = community
        .depths
        .iter()
        .position(|&depth| depth == 39)
        .unwrap_or(people - 1) as u32;
    let added = median(0..1000_u32, |next| {
        let new = Newcomer {
            person: row(people as u32 + next),
            inviter: Some(row(deep)),
            at: Timestamp::from_seconds(BEGINS + people as i64),
            verified: true,
        };
        graph.add(new).unwrap();
    });
    // As while a checkpoint is written: what is changed is copied first, and readers wait for it.
    let kept = graph.snapshot();
    let mut longest = 0;
    for next in 0..1000_u32 {
        let new = Newcomer {
            person: row(people as u32 + 1000 + next),
            inviter: Some(row(if next == 0 {
                deep
            } else {
                community.asked[next as usize]
            })),
            at: Timestamp::from_seconds(BEGINS + people as i64),
            verified: true,
        };
        let begun = Instant::now();
        graph.add(new).unwrap();
        longest = longest.max(begun.elapsed().as_micros());
    }
    drop(kept);
    eprintln!("{people} people: with a copy about, one more person took {longest} µs at most");
    json!({ "peer": "ours", "made_s": made, "chain": chain, "common": common, "figures": size, "page": page, "past": past, "add": added })
}

fn petgraphs(community: &Community) -> Value {
    let begun = Instant::now();
    let mut graph: Graph<(), ()> = Graph::with_capacity(community.inviters.len(), community.inviters.len());
    community.inviters.iter().for_each(|_| {
        graph.add_node(());
    });
    for (inviter, person) in community.edges() {
        graph.add_edge(NodeIndex::from(inviter), NodeIndex::from(person), ());
    }
    let made = begun.elapsed().as_secs_f64();
    let above = |place: u32| {
        let mut chain = vec![NodeIndex::from(place)];
        while let Some(next) = graph.neighbors_directed(chain[chain.len() - 1], Incoming).next() {
            chain.push(next);
        }
        chain
    };
    let chain = median(community.asked.iter().copied(), |place| drop(black_box(above(place))));
    let common = median(pairs(&community.asked), |(one, other)| {
        let up: HashSet<_> = above(one).into_iter().collect();
        black_box(above(other).into_iter().find(|person| up.contains(person)));
    });
    let size = median(0..5, |_| {
        let mut walk = Dfs::new(&graph, NodeIndex::from(community.great));
        let mut count = 0;
        while walk.next(&graph).is_some() {
            count += 1;
        }
        black_box(count);
    });
    json!({ "peer": "petgraph", "made_s": made, "chain": chain, "common": common, "figures": size })
}

/// A chain of `$1`, as both databases write it.
fn up(person: u32, depth: &str) -> String {
    format!(
        "up{depth} (person, steps) AS (SELECT CAST({person} AS INTEGER), 0 UNION ALL \
         SELECT invited.inviter, steps + 1 FROM up{depth} JOIN invited ON invited.person = up{depth}.person WHERE invited.inviter >= 0)"
    )
}

fn recursive(community: &Community, backend: Backend) -> Value {
    let db = Database::empty(backend);
    let mut conn = db.connect();
    let begun = Instant::now();
    fill(&mut conn, community);
    let made = begun.elapsed().as_secs_f64();
    let asked = &community.asked[..ASKED_OF_SQL];
    let chain = median(asked, |&place| {
        figures(
            &mut conn,
            &format!(
                "WITH RECURSIVE {} SELECT CAST(person AS BIGINT) AS n FROM up ORDER BY steps",
                up(place, "")
            ),
        );
    });
    let common = median(pairs(asked), |(one, other)| {
        let sql = format!(
            "WITH RECURSIVE {}, {} SELECT CAST(upa.person AS BIGINT) AS n FROM upa JOIN upb ON upa.person = upb.person ORDER BY upa.steps LIMIT 1",
            up(one, "a"),
            up(other, "b")
        );
        figures(&mut conn, &sql);
    });
    let sql = format!(
        "WITH RECURSIVE below (person) AS (SELECT CAST({} AS INTEGER) UNION ALL SELECT invited.person FROM below JOIN invited ON invited.inviter = below.person) \
         SELECT COUNT(*) AS n FROM below",
        community.great
    );
    let size = median(0..3, |_| drop(figures(&mut conn, &sql)));
    let peer = match backend {
        Backend::Sqlite => "SQLite, recursive",
        Backend::Postgres => "PostgreSQL, recursive",
    };
    json!({ "peer": peer, "made_s": made, "chain": chain, "common": common, "figures": size })
}

fn fill(conn: &mut Conn, community: &Community) {
    run(
        conn,
        "CREATE TABLE invited (person INTEGER PRIMARY KEY, inviter INTEGER NOT NULL)",
    );
    run(conn, "BEGIN");
    let all: Vec<_> = community.inviters.iter().zip(0..).collect();
    for some in all.chunks(5000) {
        let rows: Vec<_> = some
            .iter()
            .map(|&(&inviter, person): &(&u32, u32)| {
                format!("({person},{})", if inviter == NOBODY { -1 } else { i64::from(inviter) })
            })
            .collect();
        run(conn, &format!("INSERT INTO invited VALUES {}", rows.join(",")));
    }
    run(conn, "CREATE INDEX invited_by ON invited (inviter)");
    run(conn, "COMMIT");
    run(conn, "ANALYZE");
}

fn ltree(community: &Community) -> Value {
    let db = Database::empty(Backend::Postgres);
    let mut conn = db.connect();
    let begun = Instant::now();
    fill(&mut conn, community);
    run(&mut conn, "CREATE EXTENSION ltree");
    run(
        &mut conn,
        "CREATE TABLE paths AS WITH RECURSIVE below (person, path) AS (SELECT person, person::text::ltree FROM invited WHERE inviter < 0 \
         UNION ALL SELECT invited.person, below.path || invited.person::text FROM below JOIN invited ON invited.inviter = below.person) \
         SELECT * FROM below",
    );
    run(
        &mut conn,
        "CREATE UNIQUE INDEX paths_by ON paths (person); CREATE INDEX paths_within ON paths USING gist (path); ANALYZE paths",
    );
    let made = begun.elapsed().as_secs_f64();
    let asked = &community.asked[..ASKED_OF_SQL];
    let chain = median(asked, |&place| {
        let sql = format!(
            "SELECT part::bigint AS n FROM paths, unnest(string_to_array(path::text, '.')) AS part WHERE person = {place}"
        );
        figures(&mut conn, &sql);
    });
    let common = median(pairs(asked), |(one, other)| {
        let sql = format!(
            "SELECT subpath(path, nlevel(path) - 1)::text::bigint AS n FROM (SELECT lca(a.path || '0', b.path || '0') AS path \
             FROM paths a, paths b WHERE a.person = {one} AND b.person = {other}) AS common WHERE nlevel(path) > 0"
        );
        figures(&mut conn, &sql);
    });
    let sql = format!(
        "SELECT COUNT(*) AS n FROM paths WHERE path <@ (SELECT path FROM paths WHERE person = {})",
        community.great
    );
    let size = median(0..3, |_| drop(figures(&mut conn, &sql)));
    json!({ "peer": "PostgreSQL, ltree", "made_s": made, "chain": chain, "common": common, "figures": size })
}

/// igraph and networkit, where the Python that `VOUCHSAFE_BENCH_PYTHON` names has them.
fn python(community: &Community) -> Vec<Value> {
    let Ok(python) = env::var("VOUCHSAFE_BENCH_PYTHON") else {
        eprintln!("  igraph and networkit: VOUCHSAFE_BENCH_PYTHON names no Python; `make bench-graph` makes one");
        return Vec::new();
    };
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, numbers: &[u32]| {
        let path = folder.path().join(name);
        let bytes: Vec<u8> = numbers.iter().flat_map(|number| number.to_le_bytes()).collect();
        fs::write(&path, bytes).unwrap();
        path
    };
    let (inviters, asked) = (
        write("inviters", &community.inviters),
        write("asked", &community.asked[..1000]),
    );
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/benches/graph/peers.py");
    let told = Command::new(python)
        .arg(script)
        .args([&inviters, &asked])
        .arg(community.great.to_string())
        .output()
        .expect("to run Python");
    std::io::stderr().write_all(&told.stderr).unwrap();
    let lines = String::from_utf8(told.stdout).unwrap();
    lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn main() {
    let mut sizes: Vec<usize> = env::args().skip(1).filter_map(|one| one.parse().ok()).collect();
    if sizes.is_empty() {
        sizes = vec![100_000, 1_000_000];
    }
    // Without its peers: to see what a change of ours does.
    let alone = env::args().any(|one| one == "ours");
    let mut all = Vec::new();
    for people in sizes {
        eprintln!("{people} people …");
        let community = Community::of(people);
        let deepest = community.depths.iter().max().copied().unwrap_or(0);
        eprintln!("  the deepest stands {deepest} steps below the first");
        let mut rows = vec![ours(&community)];
        if !alone {
            rows.push(petgraphs(&community));
            rows.push(recursive(&community, Backend::Sqlite));
            rows.push(recursive(&community, Backend::Postgres));
            if people <= MOST_LTREE {
                rows.push(ltree(&community));
            }
            rows.extend(python(&community));
        }
        println!("\n{people} people, medians in µs; made in s");
        println!(
            "{:<24}{:>10}{:>10}{:>12}{:>10}{:>10}{:>10}{:>10}",
            "", "chain", "common", "figures", "page", "past", "add", "made"
        );
        for row in rows {
            let figure = |name: &str| {
                row[name]
                    .as_f64()
                    .map_or_else(|| "–".to_owned(), |figure| format!("{figure:.2}"))
            };
            println!(
                "{:<24}{:>10}{:>10}{:>12}{:>10}{:>10}{:>10}{:>10}",
                row["peer"].as_str().unwrap_or("?"),
                figure("chain"),
                figure("common"),
                figure("figures"),
                figure("page"),
                figure("past"),
                figure("add"),
                figure("made_s")
            );
            let mut row = row;
            row["people"] = json!(people);
            all.push(row);
        }
    }
    let target = env::var("CARGO_TARGET_DIR").unwrap_or_else(|_| concat!(env!("CARGO_MANIFEST_DIR"), "/target").into());
    fs::write(
        format!("{target}/bench-graph.json"),
        serde_json::to_vec_pretty(&all).unwrap(),
    )
    .unwrap();
}
