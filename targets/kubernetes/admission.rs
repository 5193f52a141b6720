//! Rules that the cluster enforces: admission policies, which the API server asks of every
//! object that a workload is, whoever applies it.
//!
//! One policy for each rule and sort of objects, because each sort has its pods elsewhere. What
//! the rule asks of a container, the policy asks of all containers of the pod: ours have one, and
//! whoever applies another object shall not get around it by a second.

mod code;
mod fields;
mod translate;

use k8s_openapi::{
    api::admissionregistration::v1::{
        MatchCondition, MatchResources, NamedRuleWithOperations, ValidatingAdmissionPolicy,
        ValidatingAdmissionPolicyBinding, ValidatingAdmissionPolicyBindingSpec,
        ValidatingAdmissionPolicySpec, Validation, Variable,
    },
    apimachinery::pkg::apis::meta::v1::{LabelSelector, LabelSelectorRequirement},
};
use tenantry_core::{
    cel::{Type, Value},
    diag::{Diagnostic, Findings, Level},
    emit::{KubeId, Need, Objects},
    enforce::{self, Enforced},
    lower::names::{ESTATE_LABEL, NOT_ENFORCEABLE, TENANT_LABEL},
    model::Body,
    origin::{How, OriginId},
    schema::node::{Expr, Formula, Piece},
};

use self::{
    code::{Code, Strength, Term, literal, quoted},
    fields::Sort,
    translate::{Stop, Translator, not},
};
use super::Ground;

/// The API of policies.
const API: &str = "admissionregistration.k8s.io/v1";

/// The row of the capability table.
const FEATURE: &str = "own-rule";

/// Who starts the jobs of a CronJob: that one was asked when it was applied.
const STARTER: &str = "system:serviceaccount:kube-system:cronjob-controller";

/// The policies of the cluster.
pub(super) fn emit(ground: &Ground<'_>, out: &mut Objects, findings: &mut Findings) {
    for rule in enforce::of_cluster(ground.estate, ground.cluster.id) {
        let made = match too_old(ground, &rule) {
            Some(finding) => Err(finding),
            None => policies(&rule),
        };
        match made {
            Ok(policies) => {
                for (sort, policy) in policies {
                    push(ground, &rule, sort, policy, out);
                }
            }
            // Each cluster would say it again.
            Err(finding) if findings.iter().any(|said| said.span == finding.span) => {}
            Err(finding) => findings.push(*finding),
        }
    }
}

/// A cluster that knows no such policies yet.
fn too_old(ground: &Ground<'_>, rule: &Enforced<'_>) -> Option<Box<Diagnostic>> {
    let version = ground.spec().backend.version()?;
    let row = super::CAPABILITIES.get(FEATURE)?;
    let out = row.out_of_window(|component| component.is_none().then(|| version.value.clone()))?;
    let since = &out.bound.version;
    let (head, name) = (&rule.rule.head, &ground.spec().name.value);
    let at = rule.rule.enforced.unwrap_or(head.declared);
    let finding = Diagnostic::new(
        &NOT_ENFORCEABLE,
        at,
        format!(
            "`{}` cannot be enforced in the cluster `{name}`: it runs Kubernetes {}",
            head.name, version.value
        ),
    )
    .label("needs admission policies")
    .why(format!(
        "admission policies are part of Kubernetes from {since} on"
    ))
    .help(format!(
        "run Kubernetes {since} or later, or write `enforce=compile`"
    ));
    let span = ground.estate.origins.span(version.origin);
    Some(Box::new(match span {
        Some(span) => finding.also(span, "the version"),
        None => finding,
    }))
}

/// What one policy asks, and what it says.
#[derive(Debug)]
struct Policy {
    variables: Vec<(&'static str, String)>,
    conditions: Vec<(&'static str, String)>,
    expression: String,
    message: String,
    /// Whether the message is an expression.
    computed: bool,
}

/// The policies of a rule; none for a sort of objects in which it never finds anything.
fn policies(rule: &Enforced<'_>) -> Result<Vec<(Sort, Policy)>, Box<Diagnostic>> {
    let on = tenantry_core::schema::vocabulary::builtin()
        .0
        .kind(rule.judgement.on);
    if on.name != "workload" {
        let what = format!("`on={}`: no object of the cluster is one", on.name);
        return Err(nowhere(rule, &what));
    }
    if let Some(profile) = &rule.rule.profile {
        let what = format!("whether a workload is like `{profile}`, which is not in the object");
        return Err(nowhere(rule, &what));
    }
    let mut all = Vec::new();
    for sort in Sort::ALL {
        match policy(rule, sort) {
            Ok(policy) => all.extend(policy.map(|policy| (sort, policy))),
            Err((Stop::NoValue, _)) => {}
            Err((Stop::Refused { range, what }, formula)) => {
                return Err(refused(rule, formula.at.place(&range), &what));
            }
        }
    }
    Ok(all)
}

type Stopped<'r> = (Stop, &'r Formula);

fn policy<'r>(rule: &'r Enforced<'_>, sort: Sort) -> Result<Option<Policy>, Stopped<'r>> {
    let formula = &rule.judgement.when;
    let when = translator(rule, formula, sort, "container").condition();
    let when = match when.map_err(|stop| (stop, formula))? {
        Term::Code(code) => code,
        Term::Known(Value::Bool(true)) => Code::whole("true"),
        _ => return Ok(None),
    };
    let mut variables = vec![("pod", sort.pod().to_owned())];
    let asks_container = when.text.contains("container.");
    let (expression, container) = if asks_container {
        let found = format!("variables.pod.containers.filter(container, {})", when.text);
        variables.push(("found", found));
        (
            "size(variables.found) == 0".to_owned(),
            "variables.found[0]",
        )
    } else {
        (not(&when).text, "variables.pod.containers[0]")
    };
    let (message, computed) = message(rule, sort, container)?;
    // Whoever reads the policy looks for what is used, and for nothing else.
    if ![&expression, &message]
        .iter()
        .any(|text| text.contains("variables.pod"))
        && !asks_container
        && !when.text.contains("variables.pod")
    {
        variables.clear();
    }
    Ok(Some(Policy {
        variables,
        conditions: conditions(rule, sort),
        expression,
        message,
        computed,
    }))
}

fn translator<'t>(
    rule: &'t Enforced<'_>,
    formula: &'t Formula,
    sort: Sort,
    container: &'t str,
) -> Translator<'t> {
    Translator {
        rule,
        formula,
        sort,
        container,
        bound: Vec::new(),
    }
}

/// What is left alone: workloads that an `allow` excuses, and what the cluster starts by itself.
fn conditions(rule: &Enforced<'_>, sort: Sort) -> Vec<(&'static str, String)> {
    let mut conditions = Vec::new();
    if sort == Sort::Job {
        let expression = format!("request.userInfo.username != {}", quoted(STARTER));
        conditions.push(("not-of-a-cronjob", expression));
    }
    if rule.level != Level::Error {
        return conditions;
    }
    let excused: Vec<String> = rule
        .found()
        .into_iter()
        .filter(|found| is_of(sort, &found.workload.body))
        .map(|found| {
            quoted(&format!(
                "{}/{}",
                found.namespace, found.workload.name.value
            ))
        })
        .collect();
    if !excused.is_empty() {
        let name = "object.metadata.namespace + '/' + object.metadata.name";
        let expression = format!("!({name} in [{}])", excused.join(", "));
        conditions.push(("not-allowed-by-the-estate", expression));
    }
    conditions
}

fn is_of(sort: Sort, body: &Body) -> bool {
    match (sort, body) {
        (Sort::Service, Body::Container(_)) => true,
        (Sort::Job, Body::Job(job)) => job.schedule.is_none(),
        (Sort::CronJob, Body::Job(job)) => job.schedule.is_some(),
        _ => false,
    }
}

/// What the rule says, then how to put it right; whether that is an expression.
fn message<'r>(
    rule: &'r Enforced<'_>,
    sort: Sort,
    container: &str,
) -> Result<(String, bool), Stopped<'r>> {
    let mut parts: Vec<Part> = Vec::new();
    pieces(rule, &rule.judgement.say, sort, container, &mut parts)?;
    if let Some(fix) = &rule.judgement.fix {
        parts.push(Part::Text("; ".to_owned()));
        pieces(rule, fix, sort, container, &mut parts)?;
    }
    let mut joined: Vec<Part> = Vec::new();
    for part in parts {
        match (joined.last_mut(), part) {
            (Some(Part::Text(before)), Part::Text(text)) => before.push_str(&text),
            (_, part) => joined.push(part),
        }
    }
    if let [Part::Text(text)] = joined.as_slice() {
        return Ok((text.replace('\n', " "), false));
    }
    let texts: Vec<String> = joined
        .iter()
        .map(|part| match part {
            Part::Text(text) => quoted(&text.replace('\n', " ")),
            Part::Code(text) => text.clone(),
        })
        .collect();
    Ok((texts.join(" + "), true))
}

/// A part of a message.
enum Part {
    Text(String),
    /// An expression of a text.
    Code(String),
}

fn pieces<'r>(
    rule: &'r Enforced<'_>,
    sentence: &'r Expr,
    sort: Sort,
    container: &str,
    parts: &mut Vec<Part>,
) -> Result<(), Stopped<'r>> {
    let part = |formula| part(rule, formula, sort, container);
    match sentence {
        Expr::Formula(formula) => parts.push(part(formula)?),
        Expr::Text(all) => {
            for piece in all {
                match piece {
                    Piece::Text(text) => parts.push(Part::Text(text.to_string())),
                    Piece::Formula(formula) => parts.push(part(formula)?),
                }
            }
        }
        Expr::Lit(lit) => parts.push(Part::Text(lit.to_string())),
        Expr::Broken => {}
    }
    Ok(())
}

fn part<'r>(
    rule: &Enforced<'_>,
    formula: &'r Formula,
    sort: Sort,
    container: &str,
) -> Result<Part, Stopped<'r>> {
    let tree = formula.program.tree();
    let term = translator(rule, formula, sort, container).term(tree);
    match term.map_err(|stop| (stop, formula))? {
        Term::Known(value) => Ok(Part::Text(value.to_string())),
        Term::Code(code) => Ok(Part::Code(shown(&code, formula.program.ty()))),
        Term::There | Term::Map(_) => {
            let what = format!("`{}`, which is not in the object", formula.program.text());
            let range = tree.range.clone();
            Err((Stop::Refused { range, what }, formula))
        }
    }
}

/// An expression as a text to be joined with others.
fn shown(code: &Code, ty: &Type) -> String {
    let is_text = code.amount || matches!(ty, Type::Str | Type::Choice(_));
    let text = if is_text {
        code.at(Strength::Product)
    } else {
        format!("string({})", code.text)
    };
    if code.guards.is_empty() {
        return text;
    }
    let none = literal(&Value::Str(Value::Null.to_string().into())).unwrap_or_default();
    format!("({} ? {text} : {none})", code.guards.join(" && "))
}

fn push(ground: &Ground<'_>, rule: &Enforced<'_>, sort: Sort, policy: Policy, out: &mut Objects) {
    let name = format!("{}.{}", rule.rule.head.name, sort.word());
    let origins = &ground.estate.origins;
    let written = origins.find(Some(rule.rule.head.declared), How::Literal, &[]);
    let because = written.unwrap_or(OriginId::NONE);
    let scope = ground.platform(&format!("rule.{}", rule.rule.head.name), because);
    let named = |name: &str, expression: String| Variable {
        name: name.to_owned(),
        expression,
    };
    let variables = policy.variables.into_iter();
    let variables: Vec<_> = variables.map(|(name, text)| named(name, text)).collect();
    let conditions = policy.conditions.into_iter();
    let conditions: Vec<_> = conditions
        .map(|(name, expression)| MatchCondition {
            name: name.to_owned(),
            expression,
        })
        .collect();
    let (message, message_expression) = if policy.computed {
        (None, Some(policy.message))
    } else {
        (Some(policy.message), None)
    };
    let spec = ValidatingAdmissionPolicySpec {
        failure_policy: Some("Fail".to_owned()),
        match_conditions: super::container::some(conditions),
        match_constraints: Some(constraints(ground, sort)),
        validations: Some(vec![Validation {
            expression: policy.expression,
            message,
            message_expression,
            reason: None,
        }]),
        variables: super::container::some(variables),
        ..ValidatingAdmissionPolicySpec::default()
    };
    scope
        .object(&ValidatingAdmissionPolicy {
            metadata: scope.cluster_wide(&name),
            spec: Some(spec),
            status: None,
        })
        .push(out);
    let spec = ValidatingAdmissionPolicyBindingSpec {
        policy_name: Some(name.clone()),
        validation_actions: Some(actions(rule.level)),
        ..ValidatingAdmissionPolicyBindingSpec::default()
    };
    scope
        .object(&ValidatingAdmissionPolicyBinding {
            metadata: scope.cluster_wide(&name),
            spec: Some(spec),
        })
        .need(Need::Object(KubeId::cluster_wide(
            API,
            "ValidatingAdmissionPolicy",
            &name,
        )))
        .push(out);
}

/// What happens to what the rule finds.
fn actions(level: Level) -> Vec<String> {
    let words: &[&str] = match level {
        Level::Error => &["Deny"],
        Level::Warn => &["Warn", "Audit"],
        Level::Note | Level::Off => &["Audit"],
    };
    words.iter().map(|word| (*word).to_owned()).collect()
}

/// Objects of that sort in namespaces of the estate's tenants, who cannot change those.
fn constraints(ground: &Ground<'_>, sort: Sort) -> MatchResources {
    let one = |word: &str| Some(vec![word.to_owned()]);
    let (group, resources) = sort.resources();
    let estate = ground.estate.name.value.to_string();
    MatchResources {
        namespace_selector: Some(LabelSelector {
            match_expressions: Some(vec![LabelSelectorRequirement {
                key: TENANT_LABEL.to_owned(),
                operator: "Exists".to_owned(),
                values: None,
            }]),
            match_labels: Some([(ESTATE_LABEL.to_owned(), estate)].into()),
        }),
        resource_rules: Some(vec![NamedRuleWithOperations {
            api_groups: one(group),
            api_versions: one("v1"),
            operations: Some(vec!["CREATE".to_owned(), "UPDATE".to_owned()]),
            resources: Some(resources.iter().map(|word| (*word).to_owned()).collect()),
            ..NamedRuleWithOperations::default()
        }]),
        ..MatchResources::default()
    }
}

fn nowhere(rule: &Enforced<'_>, what: &str) -> Box<Diagnostic> {
    let at = rule.rule.enforced.unwrap_or(rule.rule.head.declared);
    refused(rule, at, what)
}

fn refused(rule: &Enforced<'_>, at: tenantry_core::Span, what: &str) -> Box<Diagnostic> {
    let name = &rule.rule.head.name;
    let finding = Diagnostic::new(
        &NOT_ENFORCEABLE,
        at,
        format!("`{name}` cannot be enforced in the cluster: {what}"),
    )
    .label("not to be seen there")
    .why("an admission policy sees one object as it is stored, and nothing else of the spec")
    .help(
        "write `enforce=compile`, and the compiler goes on asking; or ask for what the object says",
    );
    Box::new(match rule.rule.enforced {
        Some(enforced) if enforced != at => finding.also(enforced, "asked for here"),
        _ => finding,
    })
}

#[cfg(test)]
mod tests;
