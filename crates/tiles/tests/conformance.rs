//! Tiles of other people: valid ones are read, broken ones are refused with a reason.

use super::*;
use std::path::PathBuf;

/// The shared real data: `JIEMING_SHARED_DATA`, or `shared/data` beside the checkout.
fn shared() -> Option<PathBuf> {
    let beside = || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data");
    let path = std::env::var_os("JIEMING_SHARED_DATA").map_or_else(beside, PathBuf::from);
    path.is_dir().then_some(path)
}

#[test]
fn reader_judges_as_the_fixtures_say() {
    let Some(folder) = shared().map(|p| p.join("conformance/mvt")) else {
        return;
    };
    let mut wrong = Vec::new();
    let mut seen = 0;
    for entry in std::fs::read_dir(&folder).unwrap() {
        let case = entry.unwrap().path();
        let info: serde_json::Value =
            serde_json::from_slice(&std::fs::read(case.join("info.json")).unwrap()).unwrap();
        let valid = info["validity"]["v2"] == true;
        let read = decode(&std::fs::read(case.join("tile.mvt")).unwrap());
        seen += 1;
        if read.is_ok() != valid {
            wrong.push(format!(
                "{}: valid {valid}, read {:?}",
                info["description"],
                read.err()
            ));
        }
    }
    assert!(seen > 30, "only {seen} cases in {}", folder.display());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
