//! The graph held against a plain model, and the shapes that break careless walks.

mod model;

use proptest::prelude::*;

use super::{load::Loading, *};

fn row(row: i64) -> PersonRow {
    PersonRow(row)
}

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_seconds(seconds)
}

fn root(person: i64) -> Newcomer {
    Newcomer {
        person: row(person),
        inviter: None,
        at: at(person.clamp(0, 1_000_000)),
        verified: false,
    }
}

fn invited(person: i64, inviter: i64) -> Newcomer {
    Newcomer {
        inviter: Some(row(inviter)),
        ..root(person)
    }
}

fn people(places: &[Place]) -> Vec<PersonRow> {
    places.iter().map(|place| place.person).collect()
}

/// A list by pages of `limit`; a page is told after whom it starts.
fn by_pages(limit: usize, page_after: impl Fn(Option<PersonRow>) -> Vec<Place>) -> Vec<Place> {
    let mut all: Vec<Place> = Vec::new();
    loop {
        let page = page_after(all.last().map(|last| last.person));
        assert!(page.len() <= limit);
        if page.is_empty() {
            return all;
        }
        all.extend(page);
    }
}

fn children_by(graph: &InviteGraph, person: PersonRow, limit: usize) -> Vec<Place> {
    by_pages(limit, |after| graph.children(person, after, limit).unwrap())
}

fn branch_by(graph: &InviteGraph, person: PersonRow, limit: usize) -> Vec<Place> {
    by_pages(limit, |after| graph.branch(person, after, limit).unwrap())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_order_of_adding_does_not_show(
        inviters in prop::collection::vec(any::<prop::sample::Index>(), 1..60),
        turns in prop::collection::vec(any::<u32>(), 60),
        limit in 1usize..9,
    ) {
        // Person n is let in by one of those before, or is a root; then added in any order that
        // has the inviter first, found by trying the rest again and again.
        let people: Vec<_> = inviters.iter().enumerate()
            .map(|(n, pick)| (n as i64 + 1, pick.index(n + 1) as i64))
            .collect();
        let add = |graph: &mut InviteGraph, (person, inviter): (i64, i64)| match inviter {
            0 => graph.add(root(person)),
            inviter => graph.add(invited(person, inviter)),
        };
        let mut straight = InviteGraph::new();
        for &person in &people {
            prop_assert_eq!(add(&mut straight, person), Ok(()));
        }
        let mut shuffled = InviteGraph::new();
        let mut rest: Vec<_> = people.iter().copied().zip(&turns).collect();
        rest.sort_by_key(|(_, turn)| **turn);
        while !rest.is_empty() {
            rest.retain(|&(person, _)| add(&mut shuffled, person).is_err());
        }
        let mut loading = Loading::new(at(0));
        for &(person, _) in &people {
            loading.person(row(person), at(person), Standing::Active, false);
        }
        for &(person, inviter) in people.iter().filter(|(_, inviter)| *inviter > 0) {
            loading.invited(row(person), row(inviter));
        }
        loading.join();
        let (loaded, refused) = loading.done();
        prop_assert_eq!(refused, []);
        for (person, other) in people.iter().flat_map(|&(person, _)| [(row(person), &shuffled), (row(person), &loaded)]) {
            prop_assert_eq!(children_by(other, person, limit), straight.children(person, None, usize::MAX).unwrap());
            prop_assert_eq!(branch_by(other, person, limit), straight.branch(person, None, usize::MAX).unwrap());
            prop_assert_eq!(other.chain(person), straight.chain(person));
            prop_assert_eq!(other.branch_figures(person), straight.branch_figures(person));
        }
    }
}

/// 1 and 9 are roots; 1 let in 2 and 5; 2 let in 3 and 4; 5 let in 7; nobody is 6 or 8.
fn family() -> InviteGraph {
    let mut graph = InviteGraph::new();
    graph.add(root(1)).unwrap();
    graph.add(root(9)).unwrap();
    for (person, inviter) in [(5, 1), (2, 1), (4, 2), (3, 2), (7, 5)] {
        graph.add(invited(person, inviter)).unwrap();
    }
    graph
}

fn rows(rows: &[i64]) -> Vec<PersonRow> {
    rows.iter().copied().map(PersonRow).collect()
}

#[test]
fn a_family_is_told_as_it_is() {
    let mut graph = family();
    graph.set_standing(row(4), Standing::Banned, at(20)).unwrap();
    assert_eq!(graph.len(), 7);
    assert!(!graph.contains(row(6)) && !graph.contains(row(8)) && !graph.contains(row(10)));
    assert_eq!(people(&graph.chain(row(7))), rows(&[7, 5, 1]));
    assert_eq!(people(&graph.children(row(1), None, 10).unwrap()), rows(&[2, 5]));
    let branch = graph.branch(row(1), None, 10).unwrap();
    let below: Vec<_> = branch.iter().map(|below| (below.person.0, below.depth)).collect();
    assert_eq!(below, [(2, 1), (3, 2), (4, 2), (5, 1), (7, 2)]);
    assert_eq!(people(&graph.path(row(3), row(7)).unwrap()), rows(&[3, 2, 1, 5, 7]));
    assert_eq!(graph.nearest_common_inviter(row(2), row(4)), Some(row(2)));
    assert_eq!(graph.path(row(3), row(9)), None);
    let figures = BranchFigures {
        people: 5,
        depth: 2,
        active: 4,
        verified: 0,
        sanctioned: 1,
        left: 0,
        joined_last_week: 5,
    };
    assert_eq!(graph.branch_figures(row(1)), Some(figures));
    assert_eq!(graph.branch_figures(row(6)), None);
}

#[test]
fn a_page_goes_on_when_somebody_joins_between() {
    let mut graph = family();
    let page = graph.branch(row(1), None, 3).unwrap();
    assert_eq!(page.last().unwrap().person, row(4));
    graph.add(invited(10, 2)).unwrap();
    graph.add(invited(11, 1)).unwrap();
    let rest: Vec<_> = graph
        .branch(row(1), Some(row(4)), 9)
        .unwrap()
        .iter()
        .map(|below| below.person.0)
        .collect();
    assert_eq!(rest, [10, 5, 7, 11]);
    assert_eq!(people(&graph.children(row(1), Some(row(5)), 9).unwrap()), rows(&[11]));
}

#[test]
fn refusals_change_nothing() {
    let mut graph = family();
    let circle = |person, inviter| {
        Err(GraphError::Circle {
            person: row(person),
            inviter: row(inviter),
        })
    };
    assert_eq!(graph.add(invited(1, 7)), circle(1, 7));
    assert_eq!(graph.add(invited(6, 6)), circle(6, 6));
    assert_eq!(graph.add(invited(6, 8)), Err(GraphError::Unknown(row(8))));
    let other = |person, inviter: Option<i64>| {
        Err(GraphError::OtherInviter {
            person: row(person),
            inviter: inviter.map(PersonRow),
        })
    };
    assert_eq!(graph.add(invited(3, 5)), other(3, Some(2)));
    assert_eq!(graph.add(invited(9, 1)), other(9, None));
    assert_eq!(graph.add(root(3)), other(3, Some(2)));
    assert_eq!(
        graph.add_vouch(row(3), row(3), at(0)),
        Err(GraphError::SelfVouch(row(3)))
    );
    assert_eq!(
        graph.set_standing(row(6), Standing::Left, at(20)),
        Err(GraphError::Unknown(row(6)))
    );
    for unfit in [i64::MIN, -1, 0, i64::from(u32::MAX) + 1, i64::MAX] {
        let refused = Err(GraphError::RowOutOfRange(row(unfit)));
        assert_eq!(graph.add(root(unfit)), refused);
        assert_eq!(graph.add(invited(unfit, 1)), refused);
        assert!(graph.chain(row(unfit)).is_empty());
    }
    assert_eq!(graph.len(), 7);
    assert_eq!(people(&graph.chain(row(7))), rows(&[7, 5, 1]));
    assert_eq!(graph.branch(row(1), None, 99).unwrap().len(), 5);
}

#[test]
fn a_deep_chain_overflows_no_stack() {
    const DEEP: i64 = 100_000;
    let mut loading = Loading::new(at(0));
    for person in 1..=DEEP {
        loading.person(row(person), at(person), Standing::Active, false);
    }
    for person in 2..=DEEP {
        loading.invited(row(person), row(person - 1));
    }
    loading.join();
    let (mut graph, refused) = loading.done();
    assert_eq!(refused, []);
    graph.add(invited(DEEP + 1, 1)).unwrap();
    assert_eq!(graph.chain(row(DEEP)).len() as i64, DEEP);
    assert_eq!(graph.path(row(DEEP), row(DEEP + 1)).unwrap().len() as i64, DEEP + 1);
    assert_eq!(
        graph.nearest_common_inviter(row(DEEP), row(DEEP / 2)),
        Some(row(DEEP / 2))
    );
    let figures = graph.branch_figures(row(1)).unwrap();
    assert_eq!((i64::from(figures.people), figures.depth), (DEEP, u32::from(u16::MAX)));
    let figures = graph.branch_figures(row(DEEP - 100)).unwrap();
    assert_eq!((figures.people, figures.depth), (100, 100));
    assert_eq!(branch_by(&graph, row(1), 30_000).len() as i64, DEEP);
    assert_eq!(branch_by(&graph, row(1), 30_000).last().unwrap().person, row(DEEP + 1));
    let circle = graph.add(invited(1, DEEP));
    assert!(matches!(circle, Err(GraphError::Circle { .. })));
}

#[test]
fn a_circle_in_the_store_is_cut_and_told() {
    let mut loading = Loading::new(at(0));
    for person in 1..=6 {
        loading.person(row(person), at(person), Standing::Active, false);
    }
    // 5 and 6 let each other in, 3 comes from there; 1 ← 2 is well, and 4 came by somebody later than they.
    for (person, inviter) in [(2, 1), (3, 5), (5, 6), (6, 5), (4, 6)] {
        loading.invited(row(person), row(inviter));
    }
    loading.invited(row(7), row(1));
    loading.join();
    let (graph, refused) = loading.done();
    let circles = |error: &&GraphError| matches!(error, GraphError::Circle { .. });
    assert!(refused.contains(&GraphError::Unknown(row(7))), "{refused:?}");
    assert!(refused.iter().filter(circles).count() >= 1, "{refused:?}");
    for person in 1..=6 {
        assert!(graph.chain(row(person)).len() <= 6);
    }
    assert_eq!(people(&graph.chain(row(2))), rows(&[2, 1]));
}

#[test]
fn whoever_joined_a_week_ago_is_no_longer_new() {
    let mut graph = family();
    let week = WEEK.as_secs() as i64;
    let new = |graph: &InviteGraph| graph.branch_figures(row(1)).unwrap().joined_last_week;
    // 2, 3, 4, 5 and 7 joined in these seconds.
    assert!(!graph.has_aged(at(week)) && graph.has_aged(at(week + 1)));
    assert!(!graph.pass_time(at(week + 2), 100));
    assert_eq!(new(&graph), 4);
    // Two at once and no more.
    assert!(graph.pass_time(at(week + 7), 2));
    assert_eq!(new(&graph), 2);
    assert!(!graph.pass_time(at(week + 7), 100));
    assert_eq!(new(&graph), 0);
    // Whoever is told late is not new at all.
    graph
        .add(Newcomer {
            at: at(5),
            ..invited(10, 7)
        })
        .unwrap();
    graph
        .add(Newcomer {
            at: at(week),
            ..invited(11, 7)
        })
        .unwrap();
    assert_eq!(new(&graph), 1);
}

#[test]
fn a_branch_moves_in_steps_and_lowers_the_heights_it_leaves() {
    let mut graph = InviteGraph::new();
    graph.add(root(1)).unwrap();
    graph.add(root(2)).unwrap();
    // Many invitees of 1, of whom one has the only deep branch.
    for person in 3..=5000 {
        graph.add(invited(person, 1)).unwrap();
    }
    for person in 5001..=5010 {
        graph
            .add(invited(person, if person == 5001 { 2500 } else { person - 1 }))
            .unwrap();
    }
    graph.add(invited(5011, 3)).unwrap();
    let depth = |graph: &InviteGraph, of| graph.branch_figures(row(of)).unwrap().depth;
    assert_eq!((depth(&graph, 1), depth(&graph, 2)), (11, 0));
    let moved = Move {
        person: row(2500),
        before: Some(row(1)),
        after: Some(row(2)),
        at: at(1_000_000),
    };
    let from = graph.place_in_list(1, 2500);
    let mut lowering = graph.reparent_behind(moved, from, NONE).unwrap();
    let mut steps = 0;
    while let Some(rest) = lowering {
        lowering = rest.go_on(&mut graph.tree, 100);
        steps += 1;
    }
    assert!((50..60).contains(&steps), "{steps}");
    assert_eq!((depth(&graph, 1), depth(&graph, 2)), (2, 11));
    assert_eq!(graph.branch_figures(row(2)).unwrap().people, 11);
    // A list that is long is looked through in steps too.
    let Sought::Further(on) = graph.tree.seek(1, 2500, NONE, 100) else {
        panic!("found at once")
    };
    assert_eq!(on, 102);
    assert!(matches!(graph.tree.seek(1, 2500, 2490, 100), Sought::Behind(2499)));
}

#[test]
fn a_wide_star_pages_from_anywhere() {
    const WIDE: i64 = 100_000;
    let mut graph = InviteGraph::new();
    graph.add(root(1)).unwrap();
    for person in 2..=WIDE + 1 {
        graph.add(invited(person, 1)).unwrap();
        graph.add_vouch(row(person), row(1), at(person)).unwrap();
    }
    // A page costs what it holds, or a hundred thousand of them would never end.
    let all: Vec<_> = (2..=WIDE + 1).map(PersonRow).collect();
    assert_eq!(people(&children_by(&graph, row(1), 1)), all);
    assert_eq!(people(&branch_by(&graph, row(1), 1)), all);
    assert_eq!(graph.vouches_of(row(1)).received.len() as i64, WIDE);
    assert_eq!(graph.vouches_of(row(2)).given.len(), 1);
}

#[test]
fn a_person_takes_48_bytes() {
    assert_eq!((size_of::<Node>(), size_of::<Kept>()), (32, 16));
    // A row and a time of who is new, before what a B-tree adds.
    assert_eq!(size_of::<(u32, u32)>(), 8);
}
