//! A browser without a screen: it keeps cookies, follows nothing by itself, and sends the forms of a page as they stand.

use std::collections::BTreeMap;

use reqwest::{
    Method, RequestBuilder, Response, StatusCode,
    header::{COOKIE, HeaderMap, LOCATION, ORIGIN, SET_COOKIE},
    redirect,
};

/// Where the tests' services say that they are reached.
pub const ORIGIN_OF_OURS: &str = "http://127.0.0.1:8080";

/// What a page was answered.
#[derive(Debug)]
pub struct Seen {
    /// Its status.
    pub status: StatusCode,
    /// Its headers.
    pub headers: HeaderMap,
    /// Its text.
    pub text: String,
}

impl Seen {
    /// Where it sends the browser, without the host.
    #[track_caller]
    pub fn leads_to(&self) -> &str {
        assert_eq!(self.status, 303, "{}", self.text);
        self.headers[LOCATION].to_str().expect("a location")
    }

    /// The page, which is as it should be.
    #[track_caller]
    pub fn shown(self) -> Self {
        assert_eq!(self.status, 200, "{}", self.text);
        self
    }

    /// A header's text.
    pub fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
    }

    /// The value of a hidden field.
    pub fn hidden(&self, name: &str) -> String {
        let sign = format!("name=\"{name}\" value=\"");
        let after = self.text.split_once(&sign).map_or("", |(_, after)| after);
        after.split('"').next().unwrap_or_default().to_owned()
    }
}

/// Somebody at a browser.
pub struct Browser {
    base: String,
    client: reqwest::Client,
    /// What it keeps.
    pub cookies: BTreeMap<String, String>,
    /// Each `Set-Cookie` that it was sent.
    pub set: Vec<String>,
    /// The language that it asks for.
    pub language: &'static str,
}

impl Browser {
    /// A new browser, at a service.
    pub fn at(base: &str) -> Self {
        let client = reqwest::Client::builder().redirect(redirect::Policy::none()).build();
        Self {
            base: base.to_owned(),
            client: client.expect("a client"),
            cookies: BTreeMap::new(),
            set: Vec::new(),
            language: "en",
        }
    }

    /// The same browser's other window: it has the same cookies.
    pub fn again(&self) -> Self {
        Self {
            base: self.base.clone(),
            client: self.client.clone(),
            cookies: self.cookies.clone(),
            set: Vec::new(),
            language: self.language,
        }
    }

    /// A request with the cookies and nothing else.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let cookies: Vec<String> = self
            .cookies
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let request = self
            .client
            .request(method, format!("{}{path}", self.base))
            .header("Accept-Language", self.language);
        match cookies.is_empty() {
            true => request,
            false => request.header(COOKIE, cookies.join("; ")),
        }
    }

    /// Sends a request, and keeps the cookies of its answer.
    pub async fn send(&mut self, request: RequestBuilder) -> Seen {
        let answer: Response = request.send().await.expect("an answer");
        for set in answer.headers().get_all(SET_COOKIE) {
            let set = set.to_str().expect("a cookie").to_owned();
            let (name, rest) = set.split_once('=').expect("a name");
            let value = rest.split(';').next().unwrap_or_default();
            match set.contains("Max-Age=0") {
                true => self.cookies.remove(name),
                false => self.cookies.insert(name.to_owned(), value.to_owned()),
            };
            self.set.push(set);
        }
        Seen {
            status: answer.status(),
            headers: answer.headers().clone(),
            text: answer.text().await.expect("a text"),
        }
    }

    /// Opens a page.
    pub async fn open(&mut self, path: &str) -> Seen {
        let request = self.request(Method::GET, path);
        self.send(request).await
    }

    /// Opens a page and goes where it leads, five times at most.
    pub async fn follow(&mut self, path: &str) -> Seen {
        let mut seen = self.open(path).await;
        for _ in 0..5 {
            if seen.status != 303 {
                break;
            }
            let next = seen.leads_to().to_owned();
            seen = self.open(&next).await;
        }
        seen
    }

    /// Sends a form of `page` to `action`, as a browser does.
    pub async fn submit(&mut self, page: &Seen, action: &str, fields: &[(&str, &str)]) -> Seen {
        let (token, once) = (page.hidden("form_token"), page.hidden("once"));
        let mut all = vec![("form_token", token.as_str()), ("once", once.as_str())];
        all.extend_from_slice(fields);
        let request = self
            .request(Method::POST, action)
            .header(ORIGIN, ORIGIN_OF_OURS)
            .form(&all);
        self.send(request).await
    }

    /// Signs in with a password.
    pub async fn sign_in(&mut self, contact: &str, password: &str) -> Seen {
        let page = self.open("/signin").await.shown();
        self.submit(&page, "/signin", &[("contact", contact), ("password", password)])
            .await
    }
}
