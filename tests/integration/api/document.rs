//! The OpenAPI document is true: every path answers, and what it says of answers holds.

use super::App;
use axum::body::Body;
use axum::http::Request;
use serde_json::Value;

/// A value for a path parameter in the world of the tests.
fn example(path: &str, name: &str, id: &str) -> String {
    match name {
        "id" if path.contains("places") => id.to_owned(),
        "id" => "f-large".to_owned(),
        "code" => "420102".to_owned(),
        "name" => "units-county".to_owned(),
        "codes" => "420102,420103".to_owned(),
        "sha" => "b".repeat(64),
        "collection" if path.contains("{z}") => "findings".to_owned(),
        "collection" => "findings.json".to_owned(),
        "z" | "x" => "0".to_owned(),
        "y" => "0.mvt".to_owned(),
        _ => panic!("{path}: no example for {name}"),
    }
}

fn parameters(operation: &Value) -> Vec<(&str, &str)> {
    let given = operation["parameters"]
        .as_array()
        .map(Vec::as_slice)
        .unwrap_or_default();
    given
        .iter()
        .map(|p| (p["in"].as_str().unwrap(), p["name"].as_str().unwrap()))
        .collect()
}

/// Whether a value fits a schema of the document: types, required keys, no keys besides.
fn check(document: &Value, schema: &Value, value: &Value, at: &str) {
    if let Some(name) = schema["$ref"].as_str() {
        let name = name.strip_prefix("#/components/schemas/").unwrap();
        let schema = &document["components"]["schemas"][name];
        assert!(schema.is_object(), "{at}: schema {name} is missing");
        return check(document, schema, value, at);
    }
    if let Some(all) = schema["allOf"].as_array() {
        return all.iter().for_each(|s| check(document, s, value, at));
    }
    if let Some(any) = schema["oneOf"].as_array().or(schema["anyOf"].as_array()) {
        if value.is_null() {
            assert!(
                any.iter().any(|s| s["type"] == "null"),
                "{at}: null is not foreseen"
            );
        } else {
            let rest = any.iter().find(|s| s["type"] != "null").unwrap();
            check(document, rest, value, at);
        }
        return;
    }
    let kind = match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(n) if n.is_f64() => "number",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    };
    let fits = |t: &Value| t == kind || (t == "number" && kind == "integer");
    match &schema["type"] {
        Value::Null => {}
        Value::Array(types) => assert!(types.iter().any(fits), "{at}: {kind}, not {types:?}"),
        one => assert!(fits(one), "{at}: {kind}, not {one}"),
    }
    if let Value::Object(map) = value {
        for key in schema["required"].as_array().into_iter().flatten() {
            assert!(
                map.contains_key(key.as_str().unwrap()),
                "{at}: {key} is missing"
            );
        }
        for (key, member) in schema["properties"].as_object().into_iter().flatten() {
            if let Some(v) = map.get(key) {
                check(document, member, v, &format!("{at}.{key}"));
            }
        }
    }
    if let (Value::Array(items), Some(member)) = (value, schema.get("items")) {
        for (i, item) in items.iter().enumerate() {
            check(document, member, item, &format!("{at}[{i}]"));
        }
    }
}

#[tokio::test]
async fn every_path_answers_as_described() {
    let app = App::new().await;
    let document = app.get("/openapi.json").await.json();
    assert!(document["openapi"].as_str().unwrap().starts_with("3.1"));
    let place = app.get("/api/v1/places?limit=1").await.json()["places"][0]["id"].to_string();
    let paths = document["paths"].as_object().unwrap();
    assert!(paths.len() >= 18, "only {} paths", paths.len());
    let mut operations = std::collections::HashSet::new();
    for (path, item) in paths {
        for (method, operation) in item.as_object().unwrap() {
            let name = operation["operationId"].as_str().unwrap();
            assert!(operations.insert(name.to_owned()), "{name} stands twice");
            assert!(operation["summary"].is_string(), "{name} has no summary");
            if name == "create_submissions" || path.starts_with("/api/v1/uploads") {
                continue; // Need a body and headers; see uploads.
            }
            let mut address = path.clone();
            for (place_in, parameter) in parameters(operation) {
                if place_in == "path" {
                    address = address.replace(
                        &format!("{{{parameter}}}"),
                        &example(path, parameter, &place),
                    );
                }
            }
            let request = Request::builder()
                .method(method.to_uppercase().as_str())
                .uri(&address)
                .body(Body::empty());
            let reply = app.send(request.unwrap()).await;
            let answer = &operation["responses"][reply.status.as_str()];
            assert!(
                answer.is_object(),
                "{method} {address}: {} is not described",
                reply.status
            );
            assert!(
                reply.status.is_success(),
                "{method} {address}: {}",
                String::from_utf8_lossy(&reply.body)
            );
            let media = reply
                .header("content-type")
                .split(';')
                .next()
                .unwrap()
                .to_owned();
            let Some(content) = answer["content"].as_object() else {
                continue;
            };
            assert!(
                content.contains_key(&media),
                "{method} {address}: {media} is not described"
            );
            if media.ends_with("json") {
                check(&document, &content[&media]["schema"], &reply.json(), name);
            }
        }
    }
}

#[tokio::test]
async fn query_parameters_are_those_that_are_taken() {
    let app = App::new().await;
    let document = app.get("/openapi.json").await.json();
    let mut seen = 0;
    for (path, item) in document["paths"].as_object().unwrap() {
        let Some(operation) = item.get("get") else {
            continue;
        };
        let mut address = path.clone();
        for (place_in, parameter) in parameters(operation) {
            if place_in == "path" {
                address =
                    address.replace(&format!("{{{parameter}}}"), &example(path, parameter, "1"));
            }
        }
        // One that is not known is refused with a list of those that are.
        let refusal = app
            .get(&format!("{address}?no_such_parameter=1&lang=en"))
            .await;
        assert_eq!(refusal.code(), "bad_parameter", "{path}");
        let message = refusal.json()["error"]["message"]
            .as_str()
            .unwrap()
            .to_owned();
        let known: std::collections::BTreeSet<&str> = message
            .split("there are: ")
            .nth(1)
            .unwrap()
            .split(", ")
            .collect();
        let mut told: std::collections::BTreeSet<&str> = parameters(operation)
            .into_iter()
            .filter(|(i, _)| *i == "query")
            .map(|(_, n)| n)
            .collect();
        // Language is taken everywhere, also where no message can come.
        told.insert("lang");
        assert_eq!(told, known, "{path}");
        seen += 1;
    }
    assert!(seen >= 15);
}
