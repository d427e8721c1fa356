//! Handles that speak for the community: nobody chooses one, nor one that looks like one.
//!
//! A handle has letters, digits and underscores of ASCII alone, so of the look-alikes of UTS #39 those within ASCII
//! are what there is (`1`, `l` and `i`; `0` and `o`; `rn` and `m`), and the digits that people write for letters.

use unicode_normalization::UnicodeNormalization;

use super::Policy;

/// The handles that a policy reserves where it says nothing.
pub(super) fn usual() -> Vec<String> {
    const USUAL: &str = "abuse admin administrator auditor billing bot contact help helpdesk hostmaster info legal mod \
        moderation moderator noreply official operator owner postmaster privacy reviewer root safety security service \
        staff superuser support sysadmin system team the vouchsafe webmaster";
    USUAL.split_whitespace().map(Into::into).collect()
}

/// What is shorter would be part of nearly every handle.
const SHORTEST: usize = 3;
/// From this length on, a letter that stands twice where it should stand once is no other word.
const DOUBLED: usize = 5;

/// Whether something to be reserved is long enough, once it is read as handles are.
pub(super) fn can_be_reserved(word: &str) -> bool {
    skeleton(word).len() >= SHORTEST
}

/// Whether a handle is kept from members: it is made of reserved words alone, or of the community's name, one after
/// another, in the plural too, with digits around them, in any look-alike spelling.
pub fn is_reserved(policy: &Policy, handle: &str) -> bool {
    let reserved = policy.join.reserved_handles.iter().map(String::as_str);
    let words: Vec<String> = reserved
        .chain([policy.community.name.as_str()])
        .map(skeleton)
        .filter(|word| word.len() >= SHORTEST)
        .collect();
    let long: Vec<String> = words
        .iter()
        .filter(|word| word.len() >= DOUBLED)
        .map(|word| single(word))
        .collect();
    let inner = handle.trim_matches(|c: char| c.is_ascii_digit() || c == '_');
    [handle, inner].into_iter().map(skeleton).any(|read| {
        let is_of = |words: &[String], read: &str| !read.is_empty() && is_made_of(words, read);
        is_of(&words, &read) || is_of(&long, &single(&read))
    })
}

/// What of a text can stand in a handle, each letter as the one that it looks like.
fn skeleton(text: &str) -> String {
    let letters: String = text
        .nfkd()
        .flat_map(char::to_lowercase)
        .filter(char::is_ascii_alphanumeric)
        .map(|c| match c {
            '0' => 'o',
            '1' | 'i' => 'l',
            '2' => 'z',
            '3' => 'e',
            '4' => 'a',
            '5' => 's',
            '6' | '8' => 'b',
            '7' => 't',
            '9' => 'g',
            other => other,
        })
        .collect();
    letters.replace("rn", "m").replace("vv", "w").replace("cl", "d")
}

/// The same without a letter that repeats the one before it.
fn single(text: &str) -> String {
    let mut letters: Vec<char> = text.chars().collect();
    letters.dedup();
    letters.into_iter().collect()
}

/// Whether a text is some of the words, one after another, each in the singular or plural.
fn is_made_of(words: &[String], text: &str) -> bool {
    let mut reached = vec![false; text.len() + 1];
    reached[0] = true;
    for at in 0..text.len() {
        if !reached[at] {
            continue;
        }
        for word in words {
            if let Some(rest) = text[at..].strip_prefix(word.as_str()) {
                let end = at + word.len();
                reached[end] = true;
                if rest.starts_with('s') {
                    reached[end + 1] = true;
                }
            }
        }
    }
    reached[text.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn policy(name: &str, more: &str) -> Policy {
        let text = format!("[community]\nname = '{name}'\n[join]\nassurance = 'contact'\n{more}");
        Policy::from_toml(&text, &[]).unwrap()
    }

    #[test]
    fn nobody_speaks_for_the_house() {
        let policy = policy("Café Zürich", "");
        for handle in [
            "admin",
            "adm1n",
            "admln",
            "4dmin",
            "ad_min",
            "_admin_",
            "admin_",
            "admin1",
            "admin_2026",
            "1admin",
            "adrnin",
            "aadmin",
            "addmin",
            "admins",
            "the_admin",
            "admin_team",
            "adrn1n_t3am",
            "administrator",
            "adm1n1strator",
            "support",
            "supp0rt",
            "5upport",
            "suport",
            "supportt",
            "support_team",
            "official_support",
            "security",
            "secur1ty",
            "moderator",
            "m0derat0r",
            "moderators",
            "mods",
            "mod",
            "staff",
            "5taff",
            "staf",
            "official",
            "offlcial",
            "system",
            "sy5tem",
            "root",
            "r00t",
            "r_o_o_t",
            "help",
            "he1p",
            "help_desk",
            "owner",
            "ovvner",
            "0wner",
            "vouchsafe",
            "vouchsafe_admin",
            "cafezurich",
            "cafe_zurich",
            "cafe_zur1ch",
            "caf3zurich",
            "cafezurich_support",
            "the_cafe_zurich",
            "hel_p",
            "a_d_m_i_n",
        ] {
            assert!(is_reserved(&policy, handle), "{handle}");
        }
        for handle in [
            "ada",
            "grace",
            "wei",
            "wei_2",
            "administer",
            "supportive",
            "mood",
            "modest",
            "modern",
            "rooted",
            "helper",
            "helga",
            "teammate",
            "systematic",
            "cafe",
            "zurich",
            "staffan",
            "rooster",
            "nomad",
            "madmin",
            "ownership",
            "theo",
            "thea",
            "123",
            "___",
            "a_1",
        ] {
            assert!(!is_reserved(&policy, handle), "{handle}");
        }
    }

    #[test]
    fn the_policy_says_what_is_reserved() {
        let mine = policy("三味書屋", "reserved_handles = ['Wärter', 'warden']");
        for handle in ["warter", "wart3r", "warden", "vvarden", "wardens_7"] {
            assert!(is_reserved(&mine, handle), "{handle}");
        }
        // A name that leaves no letter reserves nothing, and a list of one's own is the whole list.
        assert!(!is_reserved(&mine, "admin"));
        assert!(!is_reserved(&policy("x", "reserved_handles = []"), "xxx"));
        for (list, wrong) in [("['hq']", "\"hq\""), ("['', 'admin']", "\"\""), ("['店主']", "店主")] {
            let text = format!("[community]\nname = 'x'\n[join]\nassurance = 'contact'\nreserved_handles = {list}");
            let mistakes = Policy::from_toml(&text, &[]).unwrap_err();
            assert_eq!((mistakes.len(), mistakes[0].line), (1, Some(5)), "{mistakes:?}");
            assert!(mistakes[0].wrong.contains(wrong), "{mistakes:?}");
        }
    }
}
