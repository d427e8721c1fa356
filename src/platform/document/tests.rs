//! Reading, naming faults, and never panicking.

use proptest::prelude::*;
use serde::Deserialize;

use super::*;

#[derive(Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
struct Sample {
    kitchen: Kitchen,
}
#[derive(Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
struct Kitchen {
    #[schemars(range(min = 1, max = 9))]
    pots: u8,
    #[schemars(extend("writeOnly" = true))]
    recipe: Option<Recipe>,
    spices: Vec<String>,
    open: bool,
}
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Recipe {
    Soup,
}
impl Default for Kitchen {
    fn default() -> Self {
        Self {
            pots: 2,
            recipe: None,
            spices: vec![],
            open: true,
        }
    }
}

#[test]
fn reads_every_kind_with_its_line() {
    let shape = Shape::of::<Sample>();
    let (leaves, faults) = shape.read("\n[kitchen]\npots = 0x3\nspices = [\n 'a', 'b'\n]\nopen = false\n");
    assert_eq!(faults, []);
    let lines: Vec<_> = leaves.iter().map(|leaf| (leaf.key.as_str(), leaf.line)).collect();
    assert_eq!(lines, [("kitchen.pots", 3), ("kitchen.spices", 4), ("kitchen.open", 7)]);
    for leaf in &leaves {
        assert_eq!(shape.complaint::<Sample>(&Table::new(), &leaf.key, &leaf.value), None);
    }
}

#[test]
fn names_every_fault_at_once() {
    let shape = Shape::of::<Sample>();
    let (leaves, faults) = shape.read("kitchen.pot = 1\nkitchn = 2\nkitchen.open = = 3\npots = 4\nkitchen.pots = 10\n");
    let said: Vec<_> = faults
        .iter()
        .map(|fault| (fault.line, fault.key.as_str(), fault.mend.as_str()))
        .collect();
    assert_eq!(
        said,
        [
            (Some(1), "kitchen.pot", "Did you mean kitchen.pots?"),
            (Some(2), "kitchn", "Did you mean kitchen?"),
            (Some(3), "", "Mend the syntax; see https://toml.io/en/v1.0.0."),
            (Some(4), "pots", "Did you mean kitchen.pots?"),
        ]
    );
    let [pots] = leaves.as_slice() else {
        panic!("{leaves:?}")
    };
    let fault = shape
        .complaint::<Sample>(&Table::new(), &pots.key, &pots.value)
        .unwrap();
    assert_eq!(fault.wrong, "is 10, which is out of range");
    assert_eq!(fault.mend, "Give a whole number from 1 to 9.");
}

#[test]
fn a_section_is_no_value_and_a_value_no_section() {
    let shape = Shape::of::<Sample>();
    let (_, faults) = shape.read("kitchen = 3");
    assert_eq!(faults[0].wrong, "is a section, and was given a value");
    let (leaves, faults) = shape.read("[kitchen.pots]\nlid = 1");
    assert_eq!(faults, []);
    assert!(
        shape
            .complaint::<Sample>(&Table::new(), &leaves[0].key, &leaves[0].value)
            .is_some()
    );
}

#[test]
fn text_becomes_what_the_key_wants() {
    let shape = Shape::of::<Sample>();
    assert_eq!(shape.value_of("kitchen.pots", " 3 "), Value::Integer(3));
    assert_eq!(shape.value_of("kitchen.pots", "three"), Value::String("three".into()));
    assert_eq!(shape.value_of("kitchen.open", "false"), Value::Boolean(false));
    assert_eq!(shape.value_of("kitchen.recipe", "12"), Value::String("12".into()));
    let two = Value::Array(vec![Value::String("a".into()), Value::String("b".into())]);
    assert_eq!(shape.value_of("kitchen.spices", "a, b,"), two);
    assert_eq!(shape.value_of("kitchen.spices", "['a','b']"), two);
}

#[test]
fn a_secret_is_not_repeated() {
    let shape = Shape::of::<Sample>();
    assert_eq!(shape.secrets().collect::<Vec<_>>(), ["kitchen.recipe"]);
    let complaint = |value| shape.complaint::<Sample>(&Table::new(), "kitchen.recipe", &value);
    assert_eq!(complaint(Value::String("soup".into())), None);
    for secret in [Value::Integer(4711), Value::String("4711".into())] {
        let fault = complaint(secret).unwrap();
        assert!(!format!("{fault:?}").contains("4711"));
    }
}

proptest! {
    #[test]
    fn no_text_makes_it_panic(text in "\\PC{0,80}|([a-z\\.\\[\\]=\"0-9\n ]{0,60})") {
        let shape = Shape::of::<Sample>();
        let (leaves, faults) = shape.read(&text);
        let lines = text.split('\n').count();
        prop_assert!(leaves.iter().all(|leaf| (1..=lines).contains(&leaf.line)));
        prop_assert!(faults.iter().filter_map(|fault| fault.line).all(|line| line <= lines));
        // Whatever the parser refuses, we refuse.
        if toml::from_str::<Sample>(&text).is_ok() {
            prop_assert_eq!(faults, []);
        }
        if text.parse::<Table>().is_err() {
            prop_assert!(!shape.read(&text).1.is_empty());
        }
    }

}
