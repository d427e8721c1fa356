//! What somebody is reached by: an e-mail address or a phone number.

use super::{AddressError, EmailAddress, PhoneError, PhoneNumber};

/// A contact that a person entered.
#[derive(Debug, Clone)]
pub enum ContactPoint {
    /// An e-mail address.
    Email(EmailAddress),
    /// A phone number.
    Phone(PhoneNumber),
}

/// Why a text is neither. It does not repeat the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ContactError {
    /// It is meant as an address, and is none.
    #[error(transparent)]
    Email(#[from] AddressError),
    /// It is meant as a number, and is none.
    #[error(transparent)]
    Phone(#[from] PhoneError),
}

impl ContactPoint {
    /// Reads what a person entered: without an `@`, what begins like a number is meant as one.
    ///
    /// # Errors
    /// [`ContactError`]
    pub fn parse(entered: &str) -> Result<Self, ContactError> {
        let is_address = entered.contains(['@', '＠', '\u{FE6B}']);
        let first = entered.chars().find(|c| c.is_alphanumeric() || matches!(c, '+' | '＋'));
        if !is_address && first.is_some_and(|c| c.is_numeric() || matches!(c, '+' | '＋')) {
            return Ok(Self::Phone(PhoneNumber::parse(entered)?));
        }
        Ok(Self::Email(EmailAddress::parse(entered)?))
    }

    /// The form to send to, which reads back as the same.
    pub fn kept(&self) -> &str {
        match self {
            Self::Email(address) => address.kept(),
            Self::Phone(phone) => phone.kept(),
        }
    }

    /// The form to show to people.
    pub fn shown(&self) -> String {
        match self {
            Self::Email(address) => address.shown(),
            Self::Phone(phone) => phone.kept().to_owned(),
        }
    }

    /// A hint for somebody who knows it already.
    pub fn masked(&self) -> String {
        match self {
            Self::Email(address) => address.masked(),
            Self::Phone(phone) => phone.masked(),
        }
    }

    /// The address, where it is one.
    pub const fn email(&self) -> Option<&EmailAddress> {
        match self {
            Self::Email(address) => Some(address),
            Self::Phone(_) => None,
        }
    }

    /// The number, where it is one.
    pub const fn phone(&self) -> Option<&PhoneNumber> {
        match self {
            Self::Email(_) => None,
            Self::Phone(phone) => Some(phone),
        }
    }
}

impl From<EmailAddress> for ContactPoint {
    fn from(address: EmailAddress) -> Self {
        Self::Email(address)
    }
}

impl From<PhoneNumber> for ContactPoint {
    fn from(phone: PhoneNumber) -> Self {
        Self::Phone(phone)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_what_it_is_meant_as_and_reads_back_as_the_same() {
        for (entered, kept) in [
            ("Ada@Example.org", "Ada@Example.org"),
            ("10086@example.org", "10086@example.org"),
            ("+86 138 1234 5678", "+8613812345678"),
            ("（＋８６）１３８１２３４５６７８", "+8613812345678"),
        ] {
            let contact = ContactPoint::parse(entered).unwrap();
            assert_eq!(contact.kept(), kept);
            assert_eq!(ContactPoint::parse(contact.kept()).unwrap().kept(), kept);
            assert_eq!(contact.email().is_some(), kept.contains('@'));
            assert_ne!(contact.email().is_some(), contact.phone().is_some());
        }
        for (entered, phone) in [("", false), ("ada", false), ("13812345678", true), ("+86 abc", true)] {
            let error = ContactPoint::parse(entered).unwrap_err();
            assert_eq!(matches!(error, ContactError::Phone(_)), phone, "{entered}");
        }
    }
}
