use super::{dot::quoted, graphml::escaped};

#[test]
fn nothing_in_a_handle_ends_a_text() {
    for (value, xml, dot) in [
        ("wei_2", "wei_2", "\"wei_2\""),
        ("</data>&\"", "&lt;/data&gt;&amp;&quot;", "\"</data>&\\\"\""),
        ("\"];x[\\", "&quot;];x[\\", "\"\\\"];x[\\\\\""),
        (
            "\\N\u{0}\u{1B}\u{FFFF}",
            "\\N\u{FFFD}\u{FFFD}\u{FFFD}",
            "\"\\\\N\u{FFFD}\u{FFFD}\u{FFFF}\"",
        ),
        ("]]>", "]]&gt;", "\"]]>\""),
    ] {
        assert_eq!(
            (escaped(value).as_str(), quoted(value).as_str()),
            (xml, dot),
            "{value:?}"
        );
    }
}
