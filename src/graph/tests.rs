//! The graph held against a plain model, and the shapes that break careless walks.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;

fn row(row: i64) -> PersonRow {
    PersonRow(row)
}

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_seconds(seconds)
}

/// A list of people, a list of edges, and loops over them.
#[derive(Default)]
struct Model {
    people: Vec<(PersonRow, Option<PersonRow>, Timestamp, Standing)>,
    vouches: Vec<(PersonRow, PersonRow, Timestamp)>,
}

impl Model {
    fn find(&self, person: PersonRow) -> Option<&(PersonRow, Option<PersonRow>, Timestamp, Standing)> {
        self.people.iter().find(|entry| entry.0 == person)
    }
    fn inviter(&self, person: PersonRow) -> Option<PersonRow> {
        self.find(person)?.1
    }
    fn chain(&self, person: PersonRow) -> Vec<PersonRow> {
        let mut chain: Vec<_> = self.find(person).map(|entry| entry.0).into_iter().collect();
        while let Some(above) = chain.last().and_then(|&last| self.inviter(last)) {
            chain.push(above);
        }
        chain
    }
    fn children(&self, person: PersonRow) -> Vec<PersonRow> {
        let all: BTreeSet<_> = self
            .people
            .iter()
            .filter(|entry| entry.1 == Some(person))
            .map(|entry| entry.0)
            .collect();
        all.into_iter().collect()
    }
    fn branch(&self, person: PersonRow) -> Vec<PersonRow> {
        let mut branch = Vec::new();
        for child in self.children(person) {
            branch.push(child);
            branch.extend(self.branch(child));
        }
        branch
    }
    fn place(&self, person: PersonRow) -> Option<Place> {
        let &(_, _, joined_at, standing) = self.find(person)?;
        let depth = self.chain(person).len() as u32 - 1;
        Some(Place {
            person,
            standing,
            depth,
            joined_at,
        })
    }
    fn places(&self, people: Vec<PersonRow>) -> Vec<Place> {
        people.into_iter().map(|person| self.place(person).unwrap()).collect()
    }
    fn common(&self, one: PersonRow, other: PersonRow) -> Option<PersonRow> {
        let others = self.chain(other);
        self.chain(one).into_iter().find(|above| others.contains(above))
    }
    fn path(&self, from: PersonRow, to: PersonRow) -> Option<Vec<PersonRow>> {
        let common = self.common(from, to)?;
        let mut path: Vec<_> = self
            .chain(from)
            .into_iter()
            .take_while(|&above| above != common)
            .collect();
        path.push(common);
        let down: Vec<_> = self
            .chain(to)
            .into_iter()
            .take_while(|&above| above != common)
            .collect();
        path.extend(down.into_iter().rev());
        Some(path)
    }

    fn apply(&mut self, change: Change) -> Result<(), GraphError> {
        let known = |person| self.find(person).map(|_| ()).ok_or(GraphError::Unknown(person));
        match change {
            Change::Root(person, at) => match self.find(person) {
                Some((_, None, ..)) => Ok(()),
                Some(&(_, inviter, ..)) => Err(GraphError::OtherInviter { person, inviter }),
                None => {
                    self.people.push((person, None, at, Standing::Active));
                    Ok(())
                }
            },
            Change::Invited(person, inviter, _) if person == inviter => Err(GraphError::Circle { person, inviter }),
            Change::Invited(person, inviter, at) => {
                known(inviter)?;
                match self.find(person) {
                    Some(entry) if entry.1 == Some(inviter) => Ok(()),
                    Some(_) if self.chain(inviter).contains(&person) => Err(GraphError::Circle { person, inviter }),
                    Some(entry) => Err(GraphError::OtherInviter {
                        person,
                        inviter: entry.1,
                    }),
                    None => {
                        self.people.push((person, Some(inviter), at, Standing::Active));
                        Ok(())
                    }
                }
            }
            Change::Vouch(from, to, at) => {
                known(from)?;
                known(to)?;
                if from == to {
                    return Err(GraphError::SelfVouch(from));
                }
                if !self.vouches.iter().any(|vouch| (vouch.0, vouch.1) == (from, to)) {
                    self.vouches.push((from, to, at));
                }
                Ok(())
            }
            Change::Standing(person, standing) => {
                known(person)?;
                self.people
                    .iter_mut()
                    .filter(|entry| entry.0 == person)
                    .for_each(|entry| entry.3 = standing);
                Ok(())
            }
        }
    }
}

#[derive(Debug, Clone, Copy)]
enum Change {
    Root(PersonRow, Timestamp),
    Invited(PersonRow, PersonRow, Timestamp),
    Vouch(PersonRow, PersonRow, Timestamp),
    Standing(PersonRow, Standing),
}

fn apply(graph: &mut InviteGraph, change: Change) -> Result<(), GraphError> {
    match change {
        Change::Root(person, at) => graph.add_root(person, at),
        Change::Invited(person, inviter, at) => graph.add_invited(person, inviter, at),
        Change::Vouch(from, to, at) => graph.add_vouch(from, to, at),
        Change::Standing(person, standing) => graph.set_standing(person, standing),
    }
}

const GREATEST: i64 = 24;

fn change() -> impl Strategy<Value = Change> {
    let person = || (1..=GREATEST).prop_map(PersonRow);
    let time = || (0..1000i64).prop_map(Timestamp::from_seconds);
    prop_oneof![
        1 => (person(), time()).prop_map(|(a, t)| Change::Root(a, t)),
        8 => (person(), person(), time()).prop_map(|(a, b, t)| Change::Invited(a, b, t)),
        3 => (person(), person(), time()).prop_map(|(a, b, t)| Change::Vouch(a, b, t)),
        1 => (person(), prop::sample::select(Standing::ALL)).prop_map(|(a, s)| Change::Standing(a, s)),
    ]
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

fn same_answers(graph: &InviteGraph, model: &Model, limit: usize) {
    // One row below and one above those that are used are asked too.
    let rows = || (0..=GREATEST + 1).map(PersonRow);
    assert_eq!(graph.len(), model.people.len());
    assert_eq!(graph.is_empty(), model.people.is_empty());
    for one in rows() {
        let entry = model.find(one);
        let chain = model.chain(one);
        let branch = model.places(model.branch(one));
        assert_eq!(graph.contains(one), entry.is_some());
        assert_eq!(graph.inviter(one), model.inviter(one));
        assert_eq!(graph.place(one), model.place(one));
        assert_eq!(graph.chain(one), model.places(chain.clone()));
        assert_eq!(children_by(graph, one, limit), model.places(model.children(one)));
        assert_eq!(branch_by(graph, one, limit), branch);

        let standing_so = |standing| branch.iter().filter(|below| below.standing == standing).count() as u32;
        let figures = entry.map(|_| BranchFigures {
            size: branch.len() as u32,
            depth: branch
                .iter()
                .map(|below| below.depth + 1 - chain.len() as u32)
                .max()
                .unwrap_or(0),
            active: standing_so(Standing::Active),
            banned: branch.iter().filter(|below| below.standing.is_sanction()).count() as u32,
            left: standing_so(Standing::Left),
        });
        assert_eq!(graph.branch_figures(one), figures);
        let invitees = entry.map(|_| model.children(one).len() as u32);
        assert_eq!(graph.count_invitees(one), invitees);

        let mut vouches = Vouches::default();
        for &(from, to, at) in &model.vouches {
            if to == one {
                vouches.received.push(Vouch { person: from, at });
            }
            if from == one {
                vouches.given.push(Vouch { person: to, at });
            }
        }
        vouches.received.sort_by_key(|vouch| vouch.person);
        vouches.given.sort_by_key(|vouch| vouch.person);
        assert_eq!(graph.vouches_of(one), vouches);

        for other in rows() {
            assert_eq!(graph.nearest_common_inviter(one, other), model.common(one, other));
            assert_eq!(
                graph.path(one, other),
                model.path(one, other).map(|path| model.places(path))
            );
            let within = model.chain(other).contains(&one);
            assert_eq!(graph.is_within(one, other), within);
            assert_eq!(
                graph.children(one, Some(other), 1).is_some(),
                entry.is_some() && model.inviter(other) == Some(one)
            );
            assert_eq!(graph.branch(one, Some(other), 1).is_some(), within && one != other);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn it_answers_like_a_list_of_edges(changes in prop::collection::vec(change(), 0..160), limit in 1usize..8) {
        let (mut graph, mut model) = (InviteGraph::new(), Model::default());
        for &change in &changes {
            prop_assert_eq!(apply(&mut graph, change), model.apply(change), "{:?}", change);
        }
        same_answers(&graph, &model, limit);
        // The same feed again: whatever was taken is taken, and nothing moves.
        for change in changes.iter().filter(|change| !matches!(change, Change::Standing(..))) {
            prop_assert_eq!(apply(&mut graph, *change), model.apply(*change), "again {:?}", change);
        }
        same_answers(&graph, &model, limit);
    }

    #[test]
    fn the_order_of_adding_does_not_show(
        inviters in prop::collection::vec(any::<prop::sample::Index>(), 1..60),
        turns in prop::collection::vec(any::<u32>(), 60),
        limit in 1usize..9,
    ) {
        // Person n is let in by one of those before, or is a root; then added in any order that
        // has the inviter first, found by trying the rest again and again.
        let people: Vec<_> = inviters.iter().enumerate()
            .map(|(n, pick)| (row(n as i64 + 1), pick.index(n + 1) as i64))
            .collect();
        let add = |graph: &mut InviteGraph, (person, inviter): (PersonRow, i64)| match inviter {
            0 => graph.add_root(person, at(person.0)),
            inviter => graph.add_invited(person, row(inviter), at(person.0)),
        };
        let mut straight = InviteGraph::new();
        for &person in &people {
            prop_assert_eq!(add(&mut straight, person), Ok(()));
        }
        let mut shuffled = InviteGraph::with_capacity(people.len());
        let mut rest: Vec<_> = people.iter().copied().zip(&turns).collect();
        rest.sort_by_key(|(_, turn)| **turn);
        while !rest.is_empty() {
            rest.retain(|&(person, _)| add(&mut shuffled, person).is_err());
        }
        let invites: Vec<_> = people.iter().map(|&(person, inviter)| (person, (inviter > 0).then(|| row(inviter)))).collect();
        let mut walked = InviteGraph::new();
        let order: Vec<_> = tree::walk_order(&invites).into_iter().map(|place| people[place as usize]).collect();
        for &person in &order {
            prop_assert_eq!(add(&mut walked, person), Ok(()));
        }
        // It is the order of the walk itself.
        let roots = people.iter().filter(|(_, inviter)| *inviter == 0);
        let walk: Vec<_> = roots.flat_map(|&(root, _)| {
            let branch = straight.branch(root, None, usize::MAX).unwrap();
            std::iter::once(root).chain(branch.into_iter().map(|below| below.person)).collect::<Vec<_>>()
        }).collect();
        prop_assert_eq!(order.into_iter().map(|(person, _)| person).collect::<Vec<_>>(), walk);
        for (&(person, _), other) in people.iter().flat_map(|person| [(person, &shuffled), (person, &walked)]) {
            prop_assert_eq!(children_by(other, person, limit), straight.children(person, None, usize::MAX).unwrap());
            prop_assert_eq!(branch_by(other, person, limit), straight.branch(person, None, usize::MAX).unwrap());
            prop_assert_eq!(other.chain(person), straight.chain(person));
        }
    }
}

/// 1 and 9 are roots; 1 let in 2 and 5; 2 let in 3 and 4; 5 let in 7; nobody is 6 or 8.
fn family() -> InviteGraph {
    let mut graph = InviteGraph::new();
    graph.add_root(row(1), at(1)).unwrap();
    graph.add_root(row(9), at(9)).unwrap();
    for (person, inviter) in [(5, 1), (2, 1), (4, 2), (3, 2), (7, 5)] {
        graph.add_invited(row(person), row(inviter), at(person)).unwrap();
    }
    graph
}

fn rows(rows: &[i64]) -> Vec<PersonRow> {
    rows.iter().copied().map(PersonRow).collect()
}

#[test]
fn a_family_is_told_as_it_is() {
    let mut graph = family();
    graph.set_standing(row(4), Standing::Banned).unwrap();
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
        size: 5,
        depth: 2,
        active: 4,
        banned: 1,
        left: 0,
    };
    assert_eq!(graph.branch_figures(row(1)), Some(figures));
    assert_eq!(graph.branch_figures(row(6)), None);
}

#[test]
fn a_page_goes_on_when_somebody_joins_between() {
    let mut graph = family();
    let page = graph.branch(row(1), None, 3).unwrap();
    assert_eq!(page.last().unwrap().person, row(4));
    graph.add_invited(row(10), row(2), at(10)).unwrap();
    graph.add_invited(row(11), row(1), at(11)).unwrap();
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
    assert_eq!(graph.add_invited(row(1), row(7), at(0)), circle(1, 7));
    assert_eq!(graph.add_invited(row(6), row(6), at(0)), circle(6, 6));
    assert_eq!(
        graph.add_invited(row(6), row(8), at(0)),
        Err(GraphError::Unknown(row(8)))
    );
    let other = |person, inviter: Option<i64>| {
        Err(GraphError::OtherInviter {
            person: row(person),
            inviter: inviter.map(PersonRow),
        })
    };
    assert_eq!(graph.add_invited(row(3), row(5), at(0)), other(3, Some(2)));
    assert_eq!(graph.add_invited(row(9), row(1), at(0)), other(9, None));
    assert_eq!(graph.add_root(row(3), at(0)), other(3, Some(2)));
    assert_eq!(
        graph.add_vouch(row(3), row(3), at(0)),
        Err(GraphError::SelfVouch(row(3)))
    );
    assert_eq!(
        graph.set_standing(row(6), Standing::Left),
        Err(GraphError::Unknown(row(6)))
    );
    for unfit in [i64::MIN, -1, 0, i64::from(u32::MAX) + 1, i64::MAX] {
        let refused = Err(GraphError::RowOutOfRange(row(unfit)));
        assert_eq!(graph.add_root(row(unfit), at(0)), refused);
        assert_eq!(graph.add_invited(row(unfit), row(1), at(0)), refused);
        assert!(graph.chain(row(unfit)).is_empty());
    }
    assert_eq!(graph.len(), 7);
    assert_eq!(people(&graph.chain(row(7))), rows(&[7, 5, 1]));
    assert_eq!(graph.branch(row(1), None, 99).unwrap().len(), 5);
}

#[test]
fn a_deep_chain_overflows_no_stack() {
    const DEEP: i64 = 100_000;
    let inviter = |person| (person > 1).then(|| row(person - 1));
    let people: Vec<_> = (1..=DEEP)
        .map(|person| (row(person), Standing::Active, at(person), inviter(person)))
        .collect();
    let (mut graph, refused) = InviteGraph::of(people.into_iter());
    assert_eq!(refused, []);
    graph.add_invited(row(DEEP + 1), row(1), at(0)).unwrap();
    assert_eq!(graph.chain(row(DEEP)).len() as i64, DEEP);
    assert_eq!(graph.path(row(DEEP), row(DEEP + 1)).unwrap().len() as i64, DEEP + 1);
    assert_eq!(
        graph.nearest_common_inviter(row(DEEP), row(DEEP / 2)),
        Some(row(DEEP / 2))
    );
    let figures = graph.branch_figures(row(1)).unwrap();
    assert_eq!((i64::from(figures.size), i64::from(figures.depth)), (DEEP, DEEP - 1));
    assert_eq!(branch_by(&graph, row(1), 30_000).len() as i64, DEEP);
    assert_eq!(branch_by(&graph, row(1), 30_000).last().unwrap().person, row(DEEP + 1));
    let circle = graph.add_invited(row(1), row(DEEP), at(0));
    assert!(matches!(circle, Err(GraphError::Circle { .. })));
}

#[test]
fn a_wide_star_pages_from_anywhere() {
    const WIDE: i64 = 100_000;
    let mut graph = InviteGraph::new();
    graph.add_root(row(1), at(1)).unwrap();
    for person in 2..=WIDE + 1 {
        graph.add_invited(row(person), row(1), at(person)).unwrap();
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
fn a_person_takes_68_bytes() {
    assert_eq!(
        size_of::<petgraph::graph::Node<Person, u32>>() + tree::BYTES + figures::BYTES,
        68
    );
}
