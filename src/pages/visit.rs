//! One request for a page: who is at it, in which language, and what they are answered.

use std::{
    cell::RefCell,
    future::{Ready, ready},
    net::{IpAddr, SocketAddr},
    rc::Rc,
};

use actix_web::{
    FromRequest, HttpRequest, HttpResponse,
    cookie::{Cookie, SameSite, time::Duration as Age},
    dev::Payload,
    http::{
        Method, StatusCode,
        header::{ACCEPT_LANGUAGE, COOKIE, HeaderName, HeaderValue, LOCATION, ORIGIN, REFERRER_POLICY, USER_AGENT},
    },
    web::Data,
};
use askama::Template;
use data_encoding::BASE64URL_NOPAD;
use secrecy::ExposeSecret;
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::Value;

use super::{
    Site,
    api::{Api, Asked, Raw, Refused, Told},
    headers, problems,
    shell::{self, Shell},
};
use crate::{
    http::{AT_LEAST, ClientAddress, browser, rights},
    notify::Locale,
    platform::terms::{Line, SessionId, Timestamp},
    policy::ContactKind,
};

/// What a form's token belongs to where nobody is signed in.
const FORM: &str = "__Host-form";
/// The language that a reader chose.
pub(super) const LANGUAGE: &str = "__Host-language";
/// The position of the reader's last change: what they look at next is no older, whichever replica answers.
const POSITION_COOKIE: &str = "__Host-at";
/// How long that is asked for.
const FOLLOWED: Age = Age::seconds(30);
const YEAR: Age = Age::days(365);
/// By what a device is known that has signed in before.
pub(super) const DEVICE: &str = "__Host-device";
const HALF_A_YEAR: Age = Age::days(180);

/// What a sign-in gives, as far as a browser needs it.
#[derive(Deserialize)]
pub(super) struct Granted {
    device_token: String,
    session: Session,
}

#[derive(Deserialize)]
struct Session {
    id: SessionId,
    expires_at: Timestamp,
}

/// A request for a page.
pub(super) struct Visit {
    /// The language of the answer.
    pub(super) locale: Locale,
    /// What all pages work with.
    pub(super) site: Data<Site>,
    /// The community's name, and its colour.
    pub(super) community: Option<(Line, Option<String>)>,
    /// Its path, without the base.
    pub(super) path: String,
    request: HttpRequest,
    api: Rc<Api>,
    address: IpAddr,
    session: Option<String>,
    bound: RefCell<String>,
    position: RefCell<Option<HeaderValue>>,
    cookies: RefCell<Vec<Cookie<'static>>>,
}

impl FromRequest for Visit {
    type Error = actix_web::Error;
    type Future = Ready<Result<Self, actix_web::Error>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let address = ClientAddress::from_request(request, payload).into_inner();
        let (site, api) = (
            request.app_data::<Data<Site>>().cloned(),
            request.app_data::<Rc<Api>>().cloned(),
        );
        let (Ok(ClientAddress(address)), Some(site), Some(api)) = (address, site, api) else {
            return ready(Err(actix_web::error::ErrorInternalServerError(
                "the pages are not set up",
            )));
        };
        let cookie = |name: &str| request.cookie(name).map(|cookie| cookie.value().to_owned());
        let chosen = cookie(LANGUAGE).or_else(|| {
            let wanted = request.headers().get(ACCEPT_LANGUAGE)?.to_str().ok()?;
            wanted.split([',', ';']).next().map(str::to_owned)
        });
        let community = site.policy.get().ok().map(|policy| {
            let community = &policy.policy.community;
            (
                community.name.clone(),
                community.colour.as_ref().map(ToString::to_string),
            )
        });
        let session = cookie(browser::SESSION);
        let position = cookie(POSITION_COOKIE).and_then(|at| HeaderValue::try_from(at).ok());
        let bound = session.clone().or_else(|| cookie(FORM)).unwrap_or_default();
        ready(Ok(Self {
            locale: chosen.map_or_else(Locale::default, |tag| Locale::from_tag(&tag)),
            community,
            path: request.match_info().as_str().to_owned(),
            request: request.clone(),
            api,
            address,
            session,
            bound: RefCell::new(bound),
            position: RefCell::new(position),
            cookies: RefCell::default(),
            site,
        }))
    }
}

impl Visit {
    /// Where the pages are below the host: nothing, or a path without a slash at its end.
    pub(super) fn base(&self) -> &str {
        self.site.public_url.path()
    }

    /// Whether members may come in by a phone number.
    pub(super) fn takes_phones(&self) -> bool {
        let policy = self.site.policy.get();
        policy.is_ok_and(|policy| policy.policy.join.contact != ContactKind::Email)
    }

    /// Whether somebody shows a session; the API alone knows whether it holds.
    pub(super) fn is_signed_in(&self) -> bool {
        self.session.is_some()
    }

    /// A cookie's value, percent-decoded.
    pub(super) fn cookie(&self, name: &str) -> Option<String> {
        self.request.cookie(name).map(|cookie| cookie.value().to_owned())
    }

    /// The variable in the path.
    pub(super) fn segment(&self, name: &str) -> &str {
        self.request.match_info().get(name).unwrap_or_default()
    }

    /// A parameter of the query.
    pub(super) fn query(&self, name: &str) -> Option<String> {
        let all = actix_web::web::Query::<Vec<(String, String)>>::from_query(self.request.query_string()).ok()?;
        all.into_inner()
            .into_iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value)
    }

    /// Whether a form's token belongs to the browser that sends it.
    pub(super) fn fits(&self, token: &str) -> bool {
        let bound = self.bound.borrow();
        !bound.is_empty() && self.site.tokens.fits(&bound, token)
    }

    /// What the forms of this page show. A browser that has shown no cookie is given one.
    pub(super) fn form_token(&self) -> String {
        let mut bound = self.bound.borrow_mut();
        if bound.is_empty() {
            *bound = self.random();
            self.set(FORM, bound.clone(), None);
        }
        self.site.tokens.form_token(&bound)
    }

    /// A text that nobody can guess.
    pub(super) fn random(&self) -> String {
        let mut bytes = [0; 18];
        self.site.rng.fill(&mut bytes);
        BASE64URL_NOPAD.encode(&bytes)
    }

    // What is asked of the API ---------------------------------------------------------------------

    /// A question to the API on behalf of whoever is at the page.
    pub(super) fn asked(&self, method: Method, path: &str) -> Asked {
        let mut asked = self.asked_as_nobody(method, path);
        if let Some(position) = &*self.position.borrow() {
            asked = asked.with(AT_LEAST, position.clone());
        }
        let Some(session) = &self.session else { return asked };
        let name = browser::SESSION;
        asked
            .with_text(COOKIE, &format!("{name}={session}"))
            .with_text(ORIGIN, self.site.public_url.origin())
            .with_text(
                HeaderName::from_static(browser::FORM_TOKEN),
                &self.site.tokens.form_token(session),
            )
    }

    /// The same on behalf of nobody: what a session may do is not to count.
    pub(super) fn asked_as_nobody(&self, method: Method, path: &str) -> Asked {
        let asked = Asked::new(method, path.to_owned(), Some(SocketAddr::new(self.address, 0)));
        match self.request.headers().get(USER_AGENT) {
            Some(agent) => asked.with(USER_AGENT, agent.clone()),
            None => asked,
        }
    }

    /// Asks, and remembers the position of a change.
    pub(super) async fn ask<T: DeserializeOwned>(&self, asked: Asked) -> Result<T, Refused> {
        let Told { value, position } = self.api.ask(asked).await?;
        if let Some(position) = position {
            self.set_position(&position);
            self.position.replace(Some(position));
        }
        Ok(value)
    }

    /// What is at `path`.
    pub(super) async fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T, Refused> {
        self.ask(self.asked(Method::GET, path)).await
    }

    /// What is at `path`, as it is.
    pub(super) async fn raw(&self, path: &str) -> Result<Raw, Refused> {
        self.api.raw(self.asked(Method::GET, path)).await
    }

    /// Changes something, once for each `once` where it is given.
    pub(super) async fn send<T: DeserializeOwned>(
        &self,
        method: Method,
        path: &str,
        body: Option<&Value>,
        once: &str,
    ) -> Result<T, Refused> {
        let mut asked = self.asked(method, path);
        if let Some(body) = body {
            asked = asked.body(body);
        }
        if !once.is_empty() {
            asked = asked.with_text(HeaderName::from_static("idempotency-key"), once);
        }
        self.ask(asked).await
    }

    // What is answered -----------------------------------------------------------------------------

    /// Sets a cookie for so long, or until the browser is closed. `value` is percent-encoded where it needs it.
    pub(super) fn set(&self, name: &'static str, value: String, lasts: Option<Age>) {
        let mut cookie = Cookie::build(name, value)
            .path("/")
            .secure(true)
            .http_only(true)
            .same_site(SameSite::Lax);
        if let Some(lasts) = lasts {
            cookie = cookie.max_age(lasts);
        }
        let mut cookies = self.cookies.borrow_mut();
        cookies.retain(|set| set.name() != name);
        cookies.push(cookie.finish());
    }

    /// Has the browser forget a cookie.
    pub(super) fn unset(&self, name: &'static str) {
        self.set(name, String::new(), Some(Age::ZERO));
    }

    /// Makes this browser the one of a session that was started this moment.
    ///
    /// # Errors
    /// [`Refused::internal`]
    pub(super) fn sign_in(&self, granted: Granted) -> Result<(), Refused> {
        let Session { id, expires_at } = granted.session;
        let now = self.site.clock.now();
        let cookie = self
            .site
            .tokens
            .browser_cookie(id, now)
            .map_err(|_| Refused::internal())?;
        let lasts = i64::try_from(expires_at.since(now).as_secs()).unwrap_or_default();
        self.set(
            browser::SESSION,
            cookie.expose_secret().to_owned(),
            Some(Age::seconds(lasts)),
        );
        self.set(DEVICE, granted.device_token, Some(HALF_A_YEAR));
        self.unset(FORM);
        Ok(())
    }

    /// Keeps the language.
    pub(super) fn set_language(&self, locale: Locale) {
        self.set(LANGUAGE, locale.tag().to_owned(), Some(YEAR));
    }

    fn set_position(&self, position: &HeaderValue) {
        if let Ok(text) = position.to_str() {
            self.set(POSITION_COOKIE, text.to_owned(), Some(FOLLOWED));
        }
    }

    fn finish(&self, mut answer: HttpResponse) -> HttpResponse {
        for cookie in self.cookies.borrow_mut().drain(..) {
            if let Err(error) = answer.add_cookie(&cookie) {
                tracing::warn!(%error, "a cookie cannot be set");
            }
        }
        answer
    }

    /// A page.
    pub(super) fn show(&self, status: StatusCode, page: &impl Template) -> HttpResponse {
        match page.render() {
            Ok(text) => self.write(status, text),
            Err(error) => {
                tracing::warn!(%error, "a page cannot be written");
                HttpResponse::InternalServerError().finish()
            }
        }
    }

    /// A page that is written already.
    pub(super) fn write(&self, status: StatusCode, text: String) -> HttpResponse {
        let mut answer = HttpResponse::build(status);
        headers::dress(&mut answer, self.base());
        self.finish(answer.body(text))
    }

    /// Sends the browser on to another of our pages, by GET (RFC 9110 §15.4.4).
    pub(super) fn see(&self, path: &str) -> HttpResponse {
        self.finish(
            HttpResponse::SeeOther()
                .insert_header((LOCATION, format!("{}{path}", self.base())))
                .insert_header((REFERRER_POLICY, "no-referrer"))
                .finish(),
        )
    }

    /// What is told where a page cannot be shown, and what to do now. Whoever is not signed in is sent to do so, and
    /// comes back.
    pub(super) fn refuse(&self, refused: &Refused) -> HttpResponse {
        if refused.wants_sign_in() {
            if refused.kind() != "reauthentication-required" {
                self.unset(browser::SESSION);
            }
            let asked = match self.request.query_string() {
                "" => self.path.clone(),
                query => format!("{}?{query}", self.path),
            };
            return self.see(&format!("/signin?next={}", shell::encoded(&asked)));
        }
        let shell = self.shell(problems::title(self.locale, refused));
        self.show(
            refused.status(),
            &shell::Refusal {
                told: problems::told(self.locale, refused),
                request_id: refused.request_id.as_deref(),
                shell,
            },
        )
    }

    /// The page where it can be shown, and what is told where it cannot.
    pub(super) fn answer(&self, page: Result<HttpResponse, Refused>) -> HttpResponse {
        page.unwrap_or_else(|refused| self.refuse(&refused))
    }

    /// What is around every page.
    pub(super) fn shell(&self, title: impl Into<String>) -> Shell {
        Shell::of(self, title.into())
    }
}

/// Where to go on after a sign-in: one of our own pages, or the account.
pub(super) fn next(wanted: Option<&str>) -> &str {
    let is_page = |path: &&str| {
        let known = path.split('?').next().unwrap_or_default();
        !path.contains(['\\', '\r', '\n'])
            && rights::operation(&Method::GET, known).is_some_and(|page| page.access == rights::Access::Page)
    };
    wanted.filter(is_page).unwrap_or("/account")
}
