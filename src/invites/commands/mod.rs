//! What changes invites, each in one transaction.

mod grant;
mod issue;
mod life;
mod oversee;
mod revoke;
mod uses;

pub use grant::grant;
pub use issue::{issue, replay};
pub use life::{answer, extend, pass_on, resend, restore};
pub use oversee::{restore_any, revoke_any};
pub use revoke::{revoke, revoke_all, void_others};
pub use uses::{bind, prolong, redeem, release, reserve, unbind};

pub(super) use issue::issue_together;
