//! Registers operations so that a request goes to the one that the gate found for it: no other pattern is tried.

use actix_web::{
    FromRequest, Handler, Responder, Route,
    dev::{AppService, HttpServiceFactory},
    guard::{Guard, GuardContext},
    web::{self, ServiceConfig},
};
use utoipa::openapi::{Components, OpenApi, RefOr, Schema, path::Paths};
use utoipa_actix_web::OpenApiFactory;

use super::{
    caller::Passed,
    openapi::method,
    rights::{self, Verb},
};

/// What is served, and its description.
#[derive(Default)]
pub struct Routes {
    services: Vec<(Option<usize>, Service)>,
    paths: Paths,
    schemas: Vec<(String, RefOr<Schema>)>,
}

impl Routes {
    /// Serves what `offer` registers.
    pub fn serve(offer: impl FnOnce(&mut Self)) -> impl FnOnce(&mut ServiceConfig) {
        let mut routes = Self::default();
        offer(&mut routes);
        move |config| routes.register(config)
    }

    /// Adds the description of what `offer` registers.
    pub(super) fn describe(offer: impl FnOnce(&mut Self), document: &mut OpenApi) {
        let mut routes = Self::default();
        offer(&mut routes);
        document.paths.merge(routes.paths);
        let components = document.components.get_or_insert_with(Components::new);
        components.schemas.extend(routes.schemas);
    }

    /// Registers an operation of the API.
    pub fn service(&mut self, factory: impl HttpServiceFactory + OpenApiFactory + 'static) -> &mut Self {
        let paths = factory.paths();
        let place = paths.paths.iter().find_map(|(path, _)| {
            let served = |verb: &Verb| paths.get_path_operation(path, method(*verb)).is_some();
            let verb = Verb::ALL.into_iter().find(served)?;
            rights::place_of(verb, path)
        });
        self.paths.merge(paths);
        factory.schemas(&mut self.schemas);
        self.services.push((place, Service::of(factory)));
        self
    }

    /// Registers what a page shows; it stands in no description.
    pub fn shows<F, A>(&mut self, path: &str, handler: F) -> &mut Self
    where
        F: Handler<A, Output: Responder>,
        A: FromRequest + 'static,
    {
        self.page(Verb::Get, path, web::get().to(handler))
    }

    /// Registers what takes a page's form.
    pub fn takes<F, A>(&mut self, path: &str, handler: F) -> &mut Self
    where
        F: Handler<A, Output: Responder>,
        A: FromRequest + 'static,
    {
        self.page(Verb::Post, path, web::post().to(handler))
    }

    fn page(&mut self, verb: Verb, path: &str, handler: Route) -> &mut Self {
        let service = Service::of(web::resource(path).route(handler));
        self.services.push((rights::place_of(verb, path), service));
        self
    }

    /// Registers what `routes` does.
    pub fn configure(&mut self, routes: impl FnOnce(&mut Self)) -> &mut Self {
        routes(self);
        self
    }

    /// Services lie by place, in groups of about as many as there are groups: whoever looks for one asks each group, and
    /// each of its own.
    fn register(self, config: &mut ServiceConfig) {
        let (known, unknown): (Vec<_>, Vec<_>) = self.services.into_iter().partition(|(place, _)| place.is_some());
        let mut known: Vec<_> = known
            .into_iter()
            .filter_map(|(place, one)| Some((place?, one)))
            .collect();
        known.sort_by_key(|(place, _)| *place);
        let size = known.len().isqrt().max(1);
        let mut known = known.into_iter().peekable();
        while let Some((first, _)) = known.peek() {
            let first = *first;
            let group: Vec<_> = known.by_ref().take(size).collect();
            let last = group.last().map_or(first, |(place, _)| *place);
            let mut scope = web::scope("").guard(Within(first, last));
            for (place, service) in group {
                scope = scope.service(web::scope("").guard(Within(place, place)).service(service));
            }
            config.service(scope);
        }
        // What the table of rights does not know is found by its path, and the gate lets nobody go so far.
        for (_, service) in unknown {
            config.service(service);
        }
    }
}

/// A service that is registered later.
struct Service(Box<dyn FnOnce(&mut AppService)>);

impl Service {
    fn of(factory: impl HttpServiceFactory + 'static) -> Self {
        Self(Box::new(move |config| factory.register(config)))
    }
}

impl HttpServiceFactory for Service {
    fn register(self, config: &mut AppService) {
        (self.0)(config);
    }
}

/// Admits a request for an operation from this place to that one.
struct Within(usize, usize);

impl Guard for Within {
    fn check(&self, context: &GuardContext<'_>) -> bool {
        let passed = context.req_data();
        passed
            .get::<Passed>()
            .is_some_and(|passed| (self.0..=self.1).contains(&passed.place))
    }
}
