//! What somebody may not do, in the words of the API server, and what Roles and bindings say of it.

use tarbox_model::log::LogHit;
use tarbox_model::object::{AccessRule, Object, Role, RoleBinding, TargetReference};
use tarbox_model::{Context, Evidence, ObjectRef, Snapshot};

use crate::wording::listed;

/// One thing that one user may not do.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Forbidden {
    /// Who, as the API server calls them.
    pub(super) user: String,
    /// What: `list`.
    pub(super) verb: String,
    /// Of what: `pods`, `pods/log`; a path for what is no resource.
    pub(super) resource: String,
    /// API group; empty for the core.
    pub(super) group: String,
    /// Where; empty for the whole cluster.
    pub(super) namespace: String,
    /// Whether `resource` is a path.
    pub(super) is_path: bool,
}

impl Forbidden {
    /// By a line of a log.
    pub(super) fn heard(hit: &LogHit) -> Option<Self> {
        let field = |name: &str| hit.field(name).unwrap_or_default().to_owned();
        let is_path = hit.field("path").is_some_and(|p| !p.is_empty());
        let resource = if is_path { field("path") } else { field("resource") };
        let forbidden =
            Self { user: field("user"), verb: field("verb"), resource, group: field("group"), namespace: field("namespace"), is_path };
        (!forbidden.user.is_empty() && !forbidden.verb.is_empty()).then_some(forbidden)
    }

    /// By an event's message: what stands between its quotes, in the API server's order.
    pub(super) fn told(message: &str) -> Option<Self> {
        let (_, rest) = message.split_once("is forbidden: User \"")?;
        let (user, rest) = rest.split_once("\" cannot ")?;
        let (verb, rest) = rest.split_once(" resource \"")?;
        let (resource, rest) = rest.split_once("\" in API group \"")?;
        let (group, rest) = rest.split_once('"')?;
        let namespace = rest.split_once("in the namespace \"").and_then(|(_, n)| n.split_once('"')).map_or("", |(n, _)| n);
        let [user, verb, resource, group, namespace] = [user, verb, resource, group, namespace].map(str::to_owned);
        Some(Self { user, verb, resource, group, namespace, is_path: false })
    }

    /// The service account, when it is one.
    pub(super) fn service_account(&self) -> Option<ObjectRef> {
        let (namespace, name) = self.user.strip_prefix("system:serviceaccount:")?.split_once(':')?;
        Some(ObjectRef::new("ServiceAccount", namespace, name))
    }

    /// `list pods`, `patch deployments.apps in namespace web`.
    pub(super) fn words(&self) -> String {
        let group = if self.group.is_empty() { String::new() } else { format!(".{}", self.group) };
        let place =
            if self.namespace.is_empty() { " in the whole cluster".to_owned() } else { format!(" in namespace `{}`", self.namespace) };
        format!("{} `{}{group}`{}", self.verb, self.resource, if self.is_path { String::new() } else { place })
    }

    /// Whether a rule of a Role allows it, for every name.
    fn is_allowed_by(&self, rule: &AccessRule) -> bool {
        let has = |list: &[String], wanted: &str| list.iter().any(|v| v == "*" || v == wanted);
        if self.is_path {
            let path =
                |p: &String| *p == self.resource || p == "*" || p.strip_suffix('*').is_some_and(|stem| self.resource.starts_with(stem));
            return has(&rule.verbs, &self.verb) && rule.non_resource_urls.iter().any(path);
        }
        has(&rule.verbs, &self.verb)
            && has(&rule.api_groups, &self.group)
            && has(&rule.resources, &self.resource)
            && rule.resource_names.is_empty()
    }
}

/// How access stands by Roles and bindings.
#[derive(Debug, Clone, Default)]
pub(super) struct Standing<'a> {
    /// Whether it is allowed by now.
    pub(super) allowed: bool,
    /// Roles that are bound and do not allow it.
    pub(super) roles: Vec<&'a Object<Role>>,
    /// Bindings to a Role that does not exist.
    pub(super) dangling: Vec<&'a Object<RoleBinding>>,
    /// Bindings that name another service account of the same name, or one of a near name.
    pub(super) astray: Vec<(&'a Object<RoleBinding>, usize)>,
}

/// What bindings give the user where it is asked.
pub(super) fn standing<'a>(context: &Context<'a>, forbidden: &Forbidden) -> Standing<'a> {
    let snapshot = context.snapshot;
    let mut standing = Standing::default();
    let account = forbidden.service_account();
    let known = |kind: &str| snapshot.coverage.is_complete(if kind == "Role" { "roles" } else { "clusterroles" });
    for binding in &snapshot.role_bindings {
        let place = &binding.metadata.namespace;
        if !(place.is_empty() || *place == forbidden.namespace) {
            continue;
        }
        if let Some(i) = binding.subjects.iter().position(|s| account.as_ref().is_some_and(|a| is_near(s, place, a, snapshot))) {
            standing.astray.push((binding, i));
        }
        if !binding.subjects.iter().any(|s| is_subject(s, place, forbidden, account.as_ref())) {
            continue;
        }
        let namespace = if binding.role_ref.kind == "ClusterRole" { "" } else { place.as_str() };
        match Snapshot::find(&snapshot.roles, namespace, &binding.role_ref.name) {
            Some(role) if role.rules.iter().any(|r| forbidden.is_allowed_by(r)) => standing.allowed = true,
            Some(role) => standing.roles.push(role),
            None if known(&binding.role_ref.kind) => standing.dangling.push(binding),
            None => {}
        }
    }
    standing
}

fn is_subject(subject: &TargetReference, place: &str, forbidden: &Forbidden, account: Option<&ObjectRef>) -> bool {
    match (subject.kind.as_str(), account) {
        ("ServiceAccount", Some(account)) => {
            let namespace = if subject.namespace.is_empty() { place } else { &subject.namespace };
            subject.name == account.name && namespace == account.namespace
        }
        ("Group", Some(account)) => {
            let groups = [
                "system:authenticated".to_owned(),
                "system:serviceaccounts".to_owned(),
                format!("system:serviceaccounts:{}", account.namespace),
            ];
            groups.contains(&subject.name)
        }
        ("Group", None) => {
            subject.name == "system:authenticated" || forbidden.user.starts_with("system:node:") && subject.name == "system:nodes"
        }
        ("User", _) => subject.name == forbidden.user,
        _ => false,
    }
}

/// Whether a subject is probably meant to be the account: of its name in another namespace, or of a near name that nobody bears.
fn is_near(subject: &TargetReference, place: &str, account: &ObjectRef, snapshot: &Snapshot) -> bool {
    let namespace = if subject.namespace.is_empty() { place } else { &subject.namespace };
    if subject.kind != "ServiceAccount" || subject.name == "default" || subject.name == account.name && namespace == account.namespace {
        return false;
    }
    let exists = Snapshot::find(&snapshot.service_accounts, namespace, &subject.name).is_some();
    let similar = subject.name == account.name || tarbox_model::similarity::distance(&subject.name, &account.name, 2).is_some();
    similar && !exists && snapshot.coverage.is_complete("serviceaccounts")
}

/// Why it is not allowed: in words, the object at fault, and where that stands.
pub(super) fn reason(state: &Standing<'_>, account: Option<&ObjectRef>) -> (String, Option<ObjectRef>, Option<Evidence>) {
    if let Some(binding) = state.dangling.first() {
        let role = &binding.role_ref;
        let words = format!(" Its binding `{}` names {} `{}`, which does not exist.", binding.metadata.name, role.kind, role.name);
        return (words, Some(binding.reference()), Some(binding.evidence("/roleRef/name", role.name.as_str())));
    }
    if let Some((binding, i)) = state.astray.first() {
        let subject = binding.subjects.get(*i);
        let (namespace, name) = subject.map_or(("", ""), |s| (s.namespace.as_str(), s.name.as_str()));
        let words = format!(" The binding `{}` names ServiceAccount `{namespace}/{name}`, which does not exist.", binding.metadata.name);
        return (words, Some(binding.reference()), Some(binding.evidence(format!("/subjects/{i}/name"), name)));
    }
    let own: Vec<_> = state.roles.iter().filter(|r| !r.metadata.name.starts_with("system:")).collect();
    match (own.as_slice(), account) {
        ([], Some(account)) if account.name == "default" => {
            (" The pod runs under the account `default`, to which nothing is bound.".to_owned(), None, None)
        }
        ([], _) => (" No Role that is bound to it says anything of it.".to_owned(), None, None),
        ([role, ..], _) => (
            format!(" {} is bound to it, and does not allow this.", listed(own.iter().map(|r| r.metadata.name.as_str()))),
            Some(role.reference()),
            Some(role.named()),
        ),
    }
}
