//! One run's session with the cluster: opened when first asked for, each path read once, and a failure of
//! the whole session said once in the same words.

use std::collections::HashMap;
use std::error::Error;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use http::Request;
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use kube::client::Body;
use tokio::sync::{OnceCell, Semaphore};

use super::answer::{Answer, Foreign, classify};
use super::connect::{Connection, connect};
use crate::claim::{Subject, Unobservable};
use crate::config::{Config, KubernetesConfig};
use crate::provider::Timings;

/// The most of one answer that is read.
const BODY_LIMIT: usize = 4 * 1024 * 1024;

/// What one read came to.
pub(super) type Read = Result<Arc<Answer>, Unobservable>;

/// One run's session.
pub struct Cluster {
    config: KubernetesConfig,
    /// The context of the kubeconfig; its current one without a name.
    context: Option<String>,
    /// The sessions in other contexts, by their names.
    others: Mutex<HashMap<String, Arc<Cluster>>>,
    timings: Timings,
    timeout: Duration,
    connection: OnceCell<Result<Connection, Unobservable>>,
    /// By path and form; whoever asks second waits for the first.
    answers: Mutex<HashMap<String, Arc<OnceCell<Read>>>>,
    /// Why no read can succeed any more.
    broken: OnceLock<Unobservable>,
    /// Held by the first request until it is answered.
    first: Semaphore,
}

/// The form in which an answer is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// In full.
    Whole,
    /// A list of names without what they stand for.
    Names,
    /// All groups and kinds in one document.
    Discovery,
}

impl Form {
    fn accept(self) -> &'static str {
        match self {
            Self::Whole => "application/json",
            Self::Names => {
                "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json"
            }
            Self::Discovery => {
                "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,\
                 application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList,\
                 application/json"
            }
        }
    }
}

/// What went wrong with one request.
enum Failure {
    /// Nothing will be different for any other.
    Session(Unobservable),
    /// Only this one.
    Request(Unobservable),
    /// A 404 without the API's words: a proxy, or a group that the cluster does not serve.
    Bare404,
}

impl Cluster {
    /// A session that connects to nothing yet.
    pub fn new(config: &Config, timings: Timings) -> Self {
        Self {
            timings,
            config: config.kubernetes.clone(),
            context: None,
            others: Mutex::default(),
            timeout: config.limits.read,
            connection: OnceCell::new(),
            answers: Mutex::default(),
            broken: OnceLock::new(),
            first: Semaphore::new(1),
        }
    }

    /// The session in the context of a subject, where the text has gone to one.
    pub(super) fn other(&self, subject: &Subject) -> Result<Option<Arc<Self>>, Unobservable> {
        let Some(context) = subject.param("context") else { return Ok(None) };
        let name = context.value().ok_or_else(|| Unobservable::unbound(&context.unbound()))?;
        Ok(Some(self.in_context(&name)))
    }

    /// The session in another context of the same kubeconfig.
    pub(super) fn in_context(&self, name: &str) -> Arc<Self> {
        let mut others = self.others.lock().unwrap_or_else(PoisonError::into_inner);
        let open = || {
            Arc::new(Self {
                timings: self.timings.clone(),
                config: self.config.clone(),
                context: Some(name.to_owned()),
                others: Mutex::default(),
                timeout: self.timeout,
                connection: OnceCell::new(),
                answers: Mutex::default(),
                broken: OnceLock::new(),
                first: Semaphore::new(1),
            })
        };
        Arc::clone(others.entry(name.to_owned()).or_insert_with(open))
    }

    /// The namespace of commands that name none.
    pub(super) async fn namespace(&self) -> Result<&str, Unobservable> {
        Ok(&self.connection().await?.namespace)
    }

    /// Reads a path, once per run.
    pub(super) async fn read(&self, path: &str, form: Form) -> Read {
        let key = format!("{form:?} {path}");
        let cell = {
            let mut answers = self.answers.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(answers.entry(key).or_default())
        };
        cell.get_or_init(|| self.read_again(path, form)).await.clone()
    }

    /// Reads a path whatever was read of it before: for what converges.
    pub(super) async fn read_again(&self, path: &str, form: Form) -> Read {
        match self.request(path, form).await {
            Ok(answer) => Ok(Arc::new(answer)),
            Err(Failure::Request(reason)) => Err(reason),
            Err(Failure::Session(reason)) => Err(self.latch(reason)),
            Err(Failure::Bare404) => self.bare_404().await,
        }
    }

    /// A server without the group says 404 in plain text, as a proxy does: `/version` tells them apart.
    async fn bare_404(&self) -> Read {
        match self.request("/version", Form::Whole).await {
            Ok(_) => Ok(Arc::new(Answer::NotServed)),
            Err(Failure::Request(reason)) => Err(reason),
            Err(Failure::Session(reason)) => Err(self.latch(reason)),
            Err(Failure::Bare404) => {
                let address = &self.connection().await?.address;
                Err(self.latch(not_kubernetes(address, 404)))
            }
        }
    }

    /// The first reason stays, so that one cause has one wording.
    fn latch(&self, reason: Unobservable) -> Unobservable {
        self.broken.get_or_init(|| reason).clone()
    }

    async fn connection(&self) -> Result<&Connection, Unobservable> {
        let open = || async {
            let (config, context) = (self.config.clone(), self.context.clone());
            let (sender, opened) = tokio::sync::oneshot::channel();
            let runtime = tokio::runtime::Handle::current();
            // A thread of its own: an exec plugin of the kubeconfig blocks it, and one that never ends
            // must hold up neither the other reads nor the end of the run.
            std::thread::spawn(move || {
                // Nobody waits any more where the time is up.
                let _ = sender.send(runtime.block_on(connect(&config, context.as_deref())));
            });
            match tokio::time::timeout(self.timeout, opened).await {
                Ok(Ok(connection)) => connection,
                Ok(Err(_)) => {
                    Err(Unobservable::Unconfigured("the kubeconfig cannot be used".to_owned()))
                }
                Err(_) => Err(Unobservable::TimedOut(format!(
                    "the kubeconfig's credentials were not had within {}",
                    shown(self.timeout)
                ))),
            }
        };
        let timed = || self.timings.time("kubernetes connect", open());
        self.connection.get_or_init(timed).await.as_ref().map_err(Clone::clone)
    }

    async fn request(&self, path: &str, form: Form) -> Result<Answer, Failure> {
        // A second connection, with a handshake of its own, takes longer than to wait for the first.
        let turn = self.first.acquire().await;
        let answer = self.request_now(path, form).await;
        if let Err(Failure::Session(reason)) = &answer {
            // Before the others go on: they would run into the same.
            self.latch(reason.clone());
        }
        if turn.is_ok() {
            self.first.close();
        }
        answer
    }

    async fn request_now(&self, path: &str, form: Form) -> Result<Answer, Failure> {
        if let Some(reason) = self.broken.get() {
            return Err(Failure::Session(reason.clone()));
        }
        let connection = self.connection().await.map_err(Failure::Session)?;
        let address = &connection.address;
        let exchange = exchange(connection, path, form);
        let exchange = self.timings.time(format!("kubernetes GET {path}"), exchange);
        match tokio::time::timeout(self.timeout, exchange).await {
            Ok(answer) => answer,
            Err(_) => Err(Failure::Session(timed_out(address, self.timeout))),
        }
    }
}

async fn exchange(connection: &Connection, path: &str, form: Form) -> Result<Answer, Failure> {
    let address = &connection.address;
    let request = Request::get(path)
        .header(http::header::ACCEPT, form.accept())
        .body(Body::empty())
        .map_err(|_| {
            Failure::Request(Unobservable::Unexpected(format!("`{path}` is no path of the API")))
        })?;
    let sent = connection.client.send(request).await;
    let response = sent.map_err(|error| Failure::Session(not_sent(address, &error)))?;
    let code = response.status().as_u16();
    let body = match Limited::new(response.into_body(), BODY_LIMIT).collect().await {
        Ok(body) => body.to_bytes(),
        Err(error) if error.is::<LengthLimitError>() => {
            return Err(Failure::Request(Unobservable::Unexpected(format!(
                "{address} answered more than 4 MiB"
            ))));
        }
        Err(_) => {
            return Err(Failure::Request(Unobservable::Unreachable(format!(
                "{address} broke off in the middle of its answer"
            ))));
        }
    };
    classify(code, &body).map_err(|foreign| match foreign {
        Foreign::Unauthorized => Failure::Session(Unobservable::Forbidden(format!(
            "{address} does not accept the kubeconfig's credentials (401)"
        ))),
        Foreign::NotKubernetes(404) => Failure::Bare404,
        Foreign::NotKubernetes(code) => Failure::Session(not_kubernetes(address, code)),
    })
}

fn not_kubernetes(address: &str, code: u16) -> Unobservable {
    Unobservable::Unexpected(format!("{address} answered {code} but is not a Kubernetes API"))
}

fn timed_out(address: &str, timeout: Duration) -> Unobservable {
    Unobservable::TimedOut(format!("{address} did not answer within {}", shown(timeout)))
}

fn shown(time: Duration) -> String {
    match time.subsec_millis() {
        0 => format!("{} s", time.as_secs()),
        _ => format!("{} ms", time.as_millis()),
    }
}

/// Words for a request that was not answered, from what the libraries' errors are, not from what they say.
fn not_sent(address: &str, error: &kube::Error) -> Unobservable {
    let mut cause: Option<&(dyn Error + 'static)> = Some(error);
    while let Some(error) = cause {
        if error.is::<kube::client::AuthError>() {
            let reason = "the kubeconfig's credentials cannot be had".to_owned();
            return Unobservable::Unconfigured(reason);
        }
        let io = error.downcast_ref::<std::io::Error>();
        if io.is_some_and(|io| io.kind() == std::io::ErrorKind::TimedOut) {
            return Unobservable::TimedOut(format!("{address} did not answer in time"));
        }
        // An io::Error hides what it wraps from the chain of causes.
        let inner = io.and_then(std::io::Error::get_ref);
        let wrapped = inner.and_then(|inner| inner.downcast_ref::<rustls::Error>());
        if let Some(tls) = wrapped.or_else(|| error.downcast_ref::<rustls::Error>()) {
            return not_trusted(address, tls);
        }
        cause = inner.map(|inner| inner as &(dyn Error + 'static)).or_else(|| error.source());
    }
    Unobservable::Unreachable(format!("no Kubernetes API answered at {address}"))
}

fn not_trusted(address: &str, error: &rustls::Error) -> Unobservable {
    Unobservable::Unexpected(match error {
        rustls::Error::InvalidCertificate(_) => {
            format!("the certificate of {address} is not trusted by the kubeconfig")
        }
        rustls::Error::AlertReceived(_) => {
            format!("{address} does not accept the kubeconfig's certificate")
        }
        _ => format!("{address} does not answer in TLS"),
    })
}
