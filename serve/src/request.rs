//! A request taken apart: path, query, what form of answer is wanted, and the little body that a review has.
use crate::answer::Answer;
use bytes::{Bytes, BytesMut};
use hyper::{
    Method,
    body::{Body, Incoming},
    header::ACCEPT,
};
use percent_encoding::percent_decode_str;
use std::{future::poll_fn, pin::pin};

/// A body beyond this is no review.
const LARGEST_BODY: usize = 1 << 20;

/// What is asked.
#[derive(Debug)]
pub(crate) struct Request {
    /// How.
    pub(crate) method: Method,
    /// Parts of the path, decoded.
    pub(crate) path: Vec<String>,
    query: Vec<(String, String)>,
    /// Form of the answer.
    pub(crate) form: Form,
    /// Body of a POST.
    pub(crate) body: Bytes,
}

/// Forms in which objects and discovery can be answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// As they are.
    Plain,
    /// As a table for people.
    Table,
    /// Their metadata.
    Metadata,
    /// Discovery: all groups in one document, of this version.
    Aggregated(&'static str),
}

impl Request {
    /// Reads a request to its end.
    pub(crate) async fn read(request: hyper::Request<Incoming>) -> Result<Self, Answer> {
        let (parts, body) = request.into_parts();
        let decoded = |text: &str| percent_decode_str(text).decode_utf8().map(std::borrow::Cow::into_owned);
        let path: Result<Vec<String>, _> = parts.uri.path().split('/').filter(|part| !part.is_empty()).map(decoded).collect();
        let Ok(path) = path else { return Err(Answer::bad_request("the path is not UTF-8")) };
        let query = form_urlencoded::parse(parts.uri.query().unwrap_or_default().as_bytes()).into_owned().collect();
        let accept = parts.headers.get_all(ACCEPT).iter().filter_map(|value| value.to_str().ok());
        let form = accept.flat_map(|value| value.split(',')).find_map(form).unwrap_or(Form::Plain);
        let body = if parts.method == Method::POST { whole(body).await? } else { Bytes::new() };
        Ok(Self { method: parts.method, path, query, form, body })
    }

    /// A query's value; empty counts as not there.
    pub(crate) fn query(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str()).filter(|value| !value.is_empty())
    }

    /// Whether a query is there and means yes.
    pub(crate) fn flag(&self, name: &str) -> bool {
        self.query.iter().any(|(key, value)| key == name && !matches!(value.as_str(), "false" | "0"))
    }

    /// A query's value as a number.
    pub(crate) fn number(&self, name: &str) -> Result<Option<u64>, Answer> {
        let parsed = self.query(name).map(|text| text.parse().map_err(|_| text)).transpose();
        parsed.map_err(|text| Answer::bad_request(&format!("{name} must be a number, not {text:?}")))
    }
}

/// The form that one member of an `Accept` list asks for; nothing when we do not have it.
fn form(member: &str) -> Option<Form> {
    let media = member.split(';').next()?.trim();
    let parameter = |wanted: &str| {
        let mut found = member.split(';').skip(1).filter_map(|pair| pair.trim().split_once('='));
        found.find(|(name, _)| *name == wanted).map(|(_, value)| value)
    };
    match (media, parameter("as")) {
        ("application/json", Some("Table")) => Some(Form::Table),
        ("application/json", Some("PartialObjectMetadata" | "PartialObjectMetadataList")) => Some(Form::Metadata),
        ("application/json", Some("APIGroupDiscoveryList")) => match parameter("v") {
            Some("v2") => Some(Form::Aggregated("v2")),
            Some("v2beta1") => Some(Form::Aggregated("v2beta1")),
            _ => None,
        },
        ("application/json" | "application/*" | "*/*", None) => Some(Form::Plain),
        _ => None,
    }
}

async fn whole(body: Incoming) -> Result<Bytes, Answer> {
    let mut body = pin!(body);
    let mut bytes = BytesMut::new();
    while let Some(frame) = poll_fn(|cx| body.as_mut().poll_frame(cx)).await {
        let frame = frame.map_err(|error| Answer::bad_request(&format!("the body broke off: {error}")))?;
        if let Some(data) = frame.data_ref() {
            if bytes.len() + data.len() > LARGEST_BODY {
                return Err(Answer::refusal(413, "RequestEntityTooLarge", "the body is too large"));
            }
            bytes.extend_from_slice(data);
        }
    }
    Ok(bytes.freeze())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_form_that_we_have_is_taken() {
        let first = |accept: &str| accept.split(',').find_map(form);
        assert_eq!(first("application/json;as=Table;v=v1;g=meta.k8s.io,application/json"), Some(Form::Table));
        assert_eq!(first("application/vnd.kubernetes.protobuf,application/json"), Some(Form::Plain));
        assert_eq!(
            first("application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json"),
            Some(Form::Aggregated("v2"))
        );
        assert_eq!(first("application/json;g=apidiscovery.k8s.io;v=v9;as=APIGroupDiscoveryList,application/json"), Some(Form::Plain));
        assert_eq!(
            first("application/vnd.kubernetes.protobuf;as=PartialObjectMetadataList;v=v1, application/json;as=PartialObjectMetadataList"),
            Some(Form::Metadata)
        );
        assert_eq!(first("text/html"), None);
    }
}
