//! Identity documents as a person types them: parsed, normalised, checked as far as their own
//! check characters reach.
//!
//! Region codes are never a reason to refuse: they are retired and renamed, and cards outlive
//! them (GB 11643 itself shows one whose region is gone).

use jiff::civil::Date;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::Country;
use crate::platform::terms::{typed, words};

words! {
    /// What kind of document it is.
    DocumentKind {
        /// A number after GB 11643-1999: the resident identity card, also of 15 digits as issued
        /// before 2000; the residence permits for people from Hong Kong (81), Macau (82) and Taiwan
        /// (83); the foreign permanent resident card issued since December 2023 (9).
        CnResidentId = "cn_resident_id",
        /// A passport's number (ICAO 9303, TD3), typed by hand: without the machine-readable zone
        /// there is no check digit.
        Passport = "passport",
    }
}

impl DocumentKind {
    const fn right_length(self) -> &'static str {
        match self {
            Self::CnResidentId => "a resident identity number has 18 characters, or 15 on a card from before 2000",
            Self::Passport => "a passport number has 6 to 9 characters",
        }
    }

    const fn right_characters(self) -> &'static str {
        match self {
            Self::CnResidentId => "a resident identity number has only the digits 0-9, and may end in X",
            Self::Passport => "a passport number has only the letters A-Z and the digits 0-9",
        }
    }
}

/// Why a number is refused, in words for the person who typed it. None repeats the number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DocumentError {
    /// Another country issues this kind of document.
    #[error(
        "this country does not issue this kind of document: choose the country and the kind that are printed on it"
    )]
    Country,
    /// Too few characters, or too many.
    #[error(
        "the number is too short or too long: {}; compare it with the document, character by character",
        .0.right_length()
    )]
    Length(DocumentKind),
    /// A character that such a number never has.
    #[error("the number has a character that does not belong: {}; type it again as printed", .0.right_characters())]
    Characters(DocumentKind),
    /// The birth date inside the number is not in the calendar.
    #[error(
        "the birth date in the number (year, month, day, from its 7th digit on) does not exist: compare it with the document"
    )]
    NoSuchDate,
    /// The birth date inside the number has not come yet.
    #[error(
        "the birth date in the number (year, month, day, from its 7th digit on) lies in the future: compare it with the document"
    )]
    NotYetBorn,
    /// The birth date inside the number lies longer ago than anybody has lived.
    #[error(
        "the birth date in the number (year, month, day, from its 7th digit on) lies more than {OLDEST} years ago: compare it with the document"
    )]
    TooLongAgo,
    /// The last character does not follow from those before it.
    #[error(
        "the last character does not fit the others, so one of them is mistyped or two are swapped: compare the number with the document"
    )]
    CheckCharacter,
}

/// A document whose form holds: who issued it, its kind, and its number, normalised.
#[derive(Debug, Clone)]
pub struct Document {
    country: Country,
    kind: DocumentKind,
    number: SecretString,
}

/// A document's form under seal. Numbers hold nothing that JSON escapes, so they can be borrowed.
#[derive(Serialize, Deserialize)]
struct Kept<'a> {
    country: Country,
    kind: DocumentKind,
    number: &'a str,
}

impl Document {
    /// Reads a number as it was entered: full-width forms, small letters, spaces, dashes and what stands around it
    /// are taken, and a resident number of 15 digits becomes the one of 18 that it stands for.
    /// `today` is the day beyond which nobody is born yet.
    ///
    /// # Errors
    /// One [`DocumentError`], the first that applies in the order in which they stand there.
    pub fn parse(country: Country, kind: DocumentKind, entered: &str, today: Date) -> Result<Self, DocumentError> {
        // A number in full-width digits and spaced apart is well below this.
        if entered.len() > 256 {
            return Err(DocumentError::Length(kind));
        }
        let typed = Zeroizing::new(typed::bare(entered).to_ascii_uppercase());
        let number = match kind {
            DocumentKind::CnResidentId if country != Country::CN => return Err(DocumentError::Country),
            DocumentKind::CnResidentId => resident_number(&typed, today)?,
            DocumentKind::Passport => passport_number(&typed)?,
        };
        Ok(Self {
            country,
            kind,
            number: SecretString::from(number.as_str()),
        })
    }

    /// Who issued it.
    pub const fn country(&self) -> Country {
        self.country
    }

    /// What it is.
    pub const fn kind(&self) -> DocumentKind {
        self.kind
    }

    /// The normalised number, in the open.
    pub fn expose_number(&self) -> &str {
        self.number.expose_secret()
    }

    /// The document as it is sealed.
    pub(super) fn to_json(&self) -> Result<Zeroizing<Vec<u8>>, serde_json::Error> {
        // Room for the longest, so that no copy is left behind by growing.
        let mut bytes = Zeroizing::new(Vec::with_capacity(128));
        let kept = Kept {
            country: self.country,
            kind: self.kind,
            number: self.expose_number(),
        };
        serde_json::to_writer(&mut *bytes, &kept)?;
        Ok(bytes)
    }

    /// What [`Document::to_json`] wrote. It is not checked again: it was when it was given.
    pub(super) fn from_json(bytes: &[u8]) -> Result<Self, serde_json::Error> {
        let Kept { country, kind, number } = serde_json::from_slice(bytes)?;
        Ok(Self {
            country,
            kind,
            number: SecretString::from(number),
        })
    }

    /// What stands for this document in a blind index: `CN`, `cn_resident_id` and the number, each
    /// ended by a zero byte. Two ways to type one document give the same bytes. This form never
    /// changes: the stored index stands on it.
    pub fn canonical(&self) -> Zeroizing<Vec<u8>> {
        let parts = [self.country.as_str(), self.kind.as_str(), self.expose_number()];
        let mut bytes = Zeroizing::new(Vec::with_capacity(parts.iter().map(|part| part.len() + 1).sum()));
        for part in parts {
            bytes.extend_from_slice(part.as_bytes());
            bytes.push(0);
        }
        bytes
    }

    /// The birth date that the number bears; a passport's bears none.
    pub fn birth_date(&self) -> Option<Date> {
        match self.kind {
            DocumentKind::CnResidentId => self.expose_number().get(6..14).and_then(date),
            DocumentKind::Passport => None,
        }
    }
}

/// Nobody has lived for longer, in whole years.
const OLDEST: u16 = 130;

/// Whole years lived on the day `on`; 0 before birth. Who was born on 29 February is a year older
/// on 1 March of a common year: the later day is the safe one where an age opens a door.
pub fn age_at(birth: Date, on: Date) -> u16 {
    let had_birthday = (on.month(), on.day()) >= (birth.month(), birth.day());
    let years = i32::from(on.year()) - i32::from(birth.year()) - i32::from(!had_birthday);
    u16::try_from(years).unwrap_or(0)
}

/// `YYYYMMDD`, if the calendar has it.
fn date(digits: &str) -> Option<Date> {
    let year = digits.get(..4)?.parse().ok()?;
    let month = digits.get(4..6)?.parse().ok()?;
    let day = digits.get(6..8)?.parse().ok()?;
    Date::new(year, month, day).ok()
}

/// Six digits of region, eight of birth date, three of sequence, the check character
/// (GB 11643-1999); `typed` is in capitals.
fn resident_number(typed: &str, today: Date) -> Result<Zeroizing<String>, DocumentError> {
    let kind = DocumentKind::CnResidentId;
    let legacy = match typed.chars().count() {
        15 => true,
        18 => false,
        _ => return Err(DocumentError::Length(kind)),
    };
    let body = if legacy {
        typed
    } else {
        typed.strip_suffix('X').unwrap_or(typed)
    };
    if !body.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(DocumentError::Characters(kind));
    }
    let mut number = Zeroizing::new(String::with_capacity(18));
    if legacy {
        // GB 11643-1989: two digits of year and no check character; all its bearers were born in
        // the 20th century, save for some who would be older than anyone has been.
        number.push_str(&typed[..6]);
        number.push_str("19");
        number.push_str(&typed[6..]);
        let check = check_character(&number);
        number.push(check);
    } else {
        number.push_str(typed);
    }
    let birth = date(&number[6..14]).ok_or(DocumentError::NoSuchDate)?;
    if birth > today {
        return Err(DocumentError::NotYetBorn);
    }
    if age_at(birth, today) > OLDEST {
        return Err(DocumentError::TooLongAgo);
    }
    if !number.ends_with(check_character(&number[..17])) {
        return Err(DocumentError::CheckCharacter);
    }
    Ok(number)
}

/// The check character after 17 digits: ISO/IEC 7064 MOD 11-2, as GB 11643-1999 tables it.
fn check_character(digits: &str) -> char {
    const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    const CHARACTERS: [char; 11] = ['1', '0', 'X', '9', '8', '7', '6', '5', '4', '3', '2'];
    let sum: u32 = digits
        .bytes()
        .zip(WEIGHTS)
        .map(|(digit, weight)| u32::from(digit - b'0') * weight)
        .sum();
    CHARACTERS[(sum % 11) as usize]
}

fn passport_number(typed: &str) -> Result<Zeroizing<String>, DocumentError> {
    let kind = DocumentKind::Passport;
    if !(6..=9).contains(&typed.chars().count()) {
        return Err(DocumentError::Length(kind));
    }
    if !typed.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return Err(DocumentError::Characters(kind));
    }
    Ok(Zeroizing::new(typed.to_owned()))
}

#[cfg(test)]
mod tests {
    use jiff::civil::date as day;
    use proptest::prelude::*;

    use super::*;

    const TODAY: Date = day(2026, 1, 31);

    fn resident(entered: &str) -> Result<Document, DocumentError> {
        Document::parse(Country::CN, DocumentKind::CnResidentId, entered, TODAY)
    }

    /// The standard's own examples, permits, a foreign permanent resident's card, and the
    /// real-name registry's test numbers.
    #[test]
    fn takes_numbers_that_are_known_to_be_right() {
        // The standard's own example of an old one, while its bearer may have lived.
        let old = Document::parse(
            Country::CN,
            DocumentKind::CnResidentId,
            "440524188001010014",
            day(1999, 7, 1),
        );
        assert_eq!(old.unwrap().birth_date(), Some(day(1880, 1, 1)));
        for number in [
            "11010519491231002X",
            "810000199408230021",
            "830000199201300022",
            "932682198501010017",
            "110000190101010001",
            "110000190101020007",
            "110000190101030002",
            "110000190101040008",
            "11000019010101001X",
            "110000190101020015",
            "110000190101030010",
            "110000190101040016",
            "110000190201010009",
        ] {
            let document = resident(number).unwrap();
            assert_eq!(document.expose_number(), number);
            assert_eq!(document.birth_date(), date(&number[6..14]), "{number}");
        }
    }

    #[test]
    fn comes_out_of_its_sealed_form_as_it_went_in() {
        let document = resident("11010519491231002X").unwrap();
        let json = document.to_json().unwrap();
        assert_eq!(
            json.as_slice(),
            br#"{"country":"CN","kind":"cn_resident_id","number":"11010519491231002X"}"#
        );
        assert_eq!(Document::from_json(&json).unwrap().canonical(), document.canonical());
    }

    #[test]
    fn one_number_typed_in_many_ways_is_one_document() {
        let canonical = resident("11010519491231002X").unwrap().canonical();
        assert_eq!(canonical.as_slice(), b"CN\0cn_resident_id\x0011010519491231002X\0");
        for entered in [
            "11010519491231002x",
            "11010519491231002ｘ",
            "１１０１０５１９４９１２３１００２Ｘ",
            " 110105 19491231 002X\n",
            "110105-19491231-002X",
            "110105\u{3000}19491231\u{2013}002X",
            "110105\u{A0}19491231\u{200B}002X\u{FEFF}",
            "(\u{201C}11010519491231002X\u{201D}).",
            "١١٠١٠٥١٩٤٩١٢٣١٠٠٢X",
            "110105491231002",
        ] {
            assert_eq!(resident(entered).unwrap().canonical(), canonical, "{entered}");
        }
    }

    #[test]
    fn says_what_is_wrong() {
        let kind = DocumentKind::CnResidentId;
        for (entered, error) in [
            ("", DocumentError::Length(kind)),
            ("11010519491231002", DocumentError::Length(kind)),
            ("11010519491231002XX", DocumentError::Length(kind)),
            (&"1".repeat(10_000), DocumentError::Length(kind)),
            ("1101051949123100XX", DocumentError::Characters(kind)),
            ("X10105194912310021", DocumentError::Characters(kind)),
            ("11010549123100X", DocumentError::Characters(kind)),
            ("1101051949123100²2", DocumentError::CheckCharacter),
            ("११०१०५१९४९१२३१००२१", DocumentError::CheckCharacter),
            ("一一〇一〇五一九四九一二三一〇〇二X", DocumentError::Characters(kind)),
            ("110105194913310021", DocumentError::NoSuchDate),
            ("110105190002290021", DocumentError::NoSuchDate),
            ("110105000000000000", DocumentError::NoSuchDate),
            ("110105230229001", DocumentError::NoSuchDate),
            ("110105202602010021", DocumentError::NotYetBorn),
            ("110105194912310021", DocumentError::CheckCharacter),
            // From the registry's published example, whose check character is wrong.
            ("371321199012310912", DocumentError::CheckCharacter),
        ] {
            assert_eq!(resident(entered).unwrap_err(), error, "{entered}");
        }
        let elsewhere = Document::parse("HK".parse().unwrap(), kind, "11010519491231002X", TODAY);
        assert_eq!(elsewhere.unwrap_err(), DocumentError::Country);
    }

    #[test]
    fn the_day_of_birth_may_be_today() {
        let number = |digits: &str| format!("{digits}{}", check_character(digits));
        assert!(resident(&number("11010520260131001")).is_ok());
        assert_eq!(
            resident(&number("11010520260201001")).unwrap_err(),
            DocumentError::NotYetBorn
        );
        // And 130 years ago, but not 131.
        assert!(resident(&number("11010518950201001")).is_ok());
        assert_eq!(
            resident(&number("11010518950131001")).unwrap_err(),
            DocumentError::TooLongAgo
        );
    }

    #[test]
    fn a_region_that_no_table_has_is_no_reason_to_refuse() {
        for region in ["000000", "440524", "999999"] {
            let digits = format!("{region}19900101001");
            assert!(
                resident(&format!("{digits}{}", check_character(&digits))).is_ok(),
                "{region}"
            );
        }
    }

    #[test]
    fn passports() {
        let passport = |entered| Document::parse("GB".parse().unwrap(), DocumentKind::Passport, entered, TODAY);
        let kind = DocumentKind::Passport;
        let document = passport(" l898902c3 ").unwrap();
        assert_eq!(document.expose_number(), "L898902C3");
        assert_eq!(document.canonical().as_slice(), b"GB\0passport\0L898902C3\0");
        assert_eq!(document.birth_date(), None);
        assert!(passport("123456").is_ok());
        assert_eq!(passport("12345").unwrap_err(), DocumentError::Length(kind));
        assert_eq!(passport("1234567890").unwrap_err(), DocumentError::Length(kind));
        assert_eq!(passport("L898902<3").unwrap_err(), DocumentError::Characters(kind));
        assert_eq!(passport("護照一二三四").unwrap_err(), DocumentError::Characters(kind));
    }

    #[test]
    fn neither_debug_nor_an_error_shows_the_number() {
        let number = "11010519491231002X";
        assert!(!format!("{:?}", resident(number).unwrap()).contains("1949"));
        for wrong in [
            "110105194912310021",
            "1101051949133100XX",
            "110105194913310021",
            "11010519491231002",
        ] {
            let error = resident(wrong).unwrap_err();
            assert!(!format!("{error} {error:?}").contains("1949"), "{error}");
        }
    }

    #[test]
    fn age_turns_on_the_birthday() {
        let born = day(2010, 6, 15);
        assert_eq!(age_at(born, day(2026, 6, 14)), 15);
        assert_eq!(age_at(born, day(2026, 6, 15)), 16);
        assert_eq!(age_at(born, day(2010, 6, 14)), 0);
        let leap = day(2008, 2, 29);
        assert_eq!(age_at(leap, day(2026, 2, 28)), 17);
        assert_eq!(age_at(leap, day(2026, 3, 1)), 18);
        assert_eq!(age_at(leap, day(2028, 2, 29)), 20);
        assert_eq!(age_at(day(1880, 1, 1), day(2026, 1, 1)), 146);
    }

    #[test]
    fn a_kind_is_written_as_it_is_sent() {
        for kind in DocumentKind::ALL {
            assert_eq!(serde_json::to_value(kind).unwrap(), kind.as_str());
        }
    }

    proptest! {
        /// GB 11643 promises to notice every single wrong digit and every swap of neighbours.
        #[test]
        fn a_slip_is_noticed(place in 0usize..17, wrong in 0u8..10, sequence in 0u32..1000) {
            let digits = format!("44052419800101{sequence:03}");
            let right = format!("{digits}{}", check_character(&digits));
            let mut slipped = digits.clone().into_bytes();
            slipped[place] = b'0' + wrong;
            let slipped = String::from_utf8(slipped).unwrap() + &right[17..];
            prop_assert_eq!(slipped == right, resident(&slipped).is_ok());
            let mut swapped = right.clone().into_bytes();
            swapped.swap(place, place + 1);
            let swapped = String::from_utf8(swapped).unwrap();
            prop_assert_eq!(swapped == right, resident(&swapped).is_ok());
        }

        #[test]
        fn no_input_panics(entered in any::<String>(), digits in "[0-9X]{14,19}") {
            for &kind in DocumentKind::ALL {
                let _ = Document::parse(Country::CN, kind, &entered, TODAY);
                let _ = Document::parse(Country::CN, kind, &digits, TODAY);
            }
        }

        #[test]
        fn what_was_normalised_stays(digits in "[0-9]{6}(19|20)[0-9]{2}(0[1-9]|1[0-2])(0[1-9]|1[0-9]|2[0-8])[0-9]{3}") {
            let entered = format!("{digits}{}", check_character(&digits));
            if let Ok(document) = resident(&entered) {
                prop_assert_eq!(resident(document.expose_number()).unwrap().canonical(), document.canonical());
            }
        }
    }
}
