//! What the cluster's own CustomResourceDefinitions say: names, scope, columns, fields to select by.
use super::Recording;
use crate::{kinds::Resource, table::jsonpath::Path};
use serde_json::Value;
use std::{io, sync::Arc};

/// The columns of a custom resource's table, beside the name.
#[derive(Debug, Default)]
pub(crate) struct Columns(pub(crate) Vec<Column>);

/// One of them.
#[derive(Debug)]
pub(crate) struct Column {
    /// Its heading.
    pub(crate) name: String,
    /// `string`, `integer`, `number`, `boolean` or `date`.
    pub(crate) r#type: String,
    /// Format, as the definition has it.
    pub(crate) format: String,
    /// What it shows, in words.
    pub(crate) description: String,
    /// Above 0: only shown by `-o wide`.
    pub(crate) priority: i64,
    /// Where its value stands.
    pub(crate) path: Path,
}

/// Completes the kinds that definitions of the bundle define.
pub(super) fn describe(recording: &mut Recording) -> io::Result<()> {
    let definitions = recording.shelves.iter().filter(|shelf| shelf.resource.is("apiextensions.k8s.io", "customresourcedefinitions"));
    let spans: Vec<_> = definitions.flat_map(|shelf| shelf.objects.spans()).collect();
    for span in spans {
        let definition = recording.object(span)?;
        let spec = &definition["spec"];
        let (group, plural) = (text(spec, "/group"), text(spec, "/names/plural"));
        for version in spec["versions"].as_array().into_iter().flatten() {
            let name = text(version, "/name");
            let Some(shelf) =
                recording.shelves.iter_mut().find(|shelf| shelf.resource.is(&group, &plural) && shelf.resource.version == name)
            else {
                continue;
            };
            shelf.resource = resource(spec, &name);
            shelf.columns = Some(Arc::new(columns(version)));
            let fields = version["selectableFields"].as_array().into_iter().flatten();
            shelf.selectable = fields.map(|field| text(field, "/jsonPath").trim_start_matches('.').to_owned()).collect();
        }
    }
    // A kind that nothing defines is cluster-wide if none of its objects is in a namespace.
    for shelf in &mut recording.shelves {
        let mut keys = shelf.objects.by_key.keys();
        if shelf.columns.is_none() && keys.len() > 0 && keys.all(|key| key.starts_with('/')) {
            shelf.resource.namespaced = false;
            for (key, span) in std::mem::take(&mut shelf.objects).in_order {
                shelf.objects.add(key.trim_start_matches('/').into(), span);
            }
        }
    }
    Ok(())
}

fn resource(spec: &Value, version: &str) -> Resource {
    let names = &spec["names"];
    let list = |name: &str| names[name].as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect();
    let kind = text(names, "/kind");
    let or = |text: String, other: String| if text.is_empty() { other } else { text };
    Resource {
        group: text(spec, "/group"),
        version: version.to_owned(),
        plural: text(names, "/plural"),
        singular: or(text(names, "/singular"), kind.to_ascii_lowercase()),
        list_kind: or(text(names, "/listKind"), format!("{kind}List")),
        kind,
        namespaced: text(spec, "/scope") == "Namespaced",
        short: list("shortNames"),
        categories: list("categories"),
    }
}

fn columns(version: &Value) -> Columns {
    let Some(defined) = version["additionalPrinterColumns"].as_array() else {
        // What a server shows of a resource whose definition names no columns.
        let age = Column {
            name: "Age".to_owned(),
            r#type: "date".to_owned(),
            format: String::new(),
            description: String::new(),
            priority: 0,
            path: Path::parse(".metadata.creationTimestamp").unwrap_or_default(),
        };
        return Columns(vec![age]);
    };
    let column = |column: &Value| {
        Some(Column {
            name: text(column, "/name"),
            r#type: text(column, "/type"),
            format: text(column, "/format"),
            description: text(column, "/description"),
            priority: column["priority"].as_i64().unwrap_or(0),
            path: Path::parse(column["jsonPath"].as_str()?)?,
        })
    };
    Columns(defined.iter().filter_map(column).collect())
}

fn text(value: &Value, pointer: &str) -> String {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned()
}
