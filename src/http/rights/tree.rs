//! Finds the operation of a path.

use super::{Operation, Verb};

/// The paths as a tree of their segments. A word goes before a variable, and a look-up never goes
/// back: where both stand at one place (a test lists them), the word is no value of the variable.
pub(super) struct Tree(pub(super) Vec<Node>);

#[derive(Default)]
pub(super) struct Node {
    pub(super) words: Vec<(&'static str, usize)>,
    pub(super) variable: Option<usize>,
    /// [`super::place`]s, by verb.
    pub(super) operations: [Option<usize>; 4],
}

impl Tree {
    pub(super) fn build(operations: impl Iterator<Item = &'static Operation>) -> Self {
        let mut tree = Self(vec![Node::default()]);
        for (place, operation) in operations.enumerate() {
            let mut at = 0;
            for segment in segments(operation.path) {
                at = tree.child(at, segment);
            }
            tree.0[at].operations[operation.verb as usize] = Some(place);
        }
        tree
    }

    fn child(&mut self, at: usize, segment: &'static str) -> usize {
        let next = self.0.len();
        let node = &mut self.0[at];
        let found = if segment.starts_with('{') {
            *node.variable.get_or_insert(next)
        } else if let Some((_, known)) = node.words.iter().find(|(word, _)| *word == segment) {
            *known
        } else {
            node.words.push((segment, next));
            next
        };
        if found == next {
            self.0.push(Node::default());
        }
        found
    }

    pub(super) fn find(&self, path: &str) -> Option<&Node> {
        let mut node = &self.0[0];
        for segment in segments(path.strip_prefix('/').map(|_| path)?) {
            let next = match node.words.iter().find(|(word, _)| *word == segment) {
                Some((_, next)) => *next,
                None => node.variable.filter(|_| !segment.is_empty())?,
            };
            node = &self.0[next];
        }
        node.operations.iter().any(Option::is_some).then_some(node)
    }
}

impl Node {
    pub(super) fn allow(&self) -> String {
        let mut methods = Vec::new();
        for verb in Verb::ALL {
            if self.operations[verb as usize].is_some() {
                methods.push(verb.as_str());
                if verb == Verb::Get {
                    methods.push("HEAD");
                }
            }
        }
        methods.join(", ")
    }
}

fn segments(path: &str) -> impl Iterator<Item = &str> {
    path.strip_prefix('/').unwrap_or(path).split('/')
}
