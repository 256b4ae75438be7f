//! Rules about the schema, held against the database itself.

use jieming::store::sqlite::SqliteStore;
use sqlx::{Connection as _, Row as _, SqliteConnection};

async fn migrated() -> (tempfile::TempDir, SqliteConnection) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("t.db");
    SqliteStore::open(&path).await.unwrap().close().await;
    let connection = SqliteConnection::connect(&format!("sqlite:{}", path.display()))
        .await
        .unwrap();
    (folder, connection)
}

#[tokio::test]
async fn every_foreign_key_has_an_index() {
    let (_folder, mut db) = migrated().await;
    let keys = sqlx::query(
        "SELECT m.name AS child, f.\"from\" AS key FROM sqlite_schema AS m, pragma_foreign_key_list(m.name) AS f
         WHERE m.type = 'table'",
    )
    .fetch_all(&mut db)
    .await
    .unwrap();
    assert!(keys.len() >= 10);
    for k in keys {
        let (table, column): (String, String) = (k.get("child"), k.get("key"));
        let first: i64 = sqlx::query_scalar(
            "SELECT count(*) FROM pragma_index_list(?1) AS l, pragma_index_info(l.name) AS i
             WHERE i.seqno = 0 AND i.name = ?2",
        )
        .bind(&table)
        .bind(&column)
        .fetch_one(&mut db)
        .await
        .unwrap();
        assert!(first > 0, "{table}.{column} has no index");
    }
}

#[tokio::test]
async fn extents_and_places_have_the_four_times() {
    let (_folder, mut db) = migrated().await;
    for table in ["extents", "places"] {
        let columns: Vec<String> = sqlx::query_scalar("SELECT name FROM pragma_table_info(?)")
            .bind(table)
            .fetch_all(&mut db)
            .await
            .unwrap();
        for column in ["valid_from", "valid_to", "recorded_at", "superseded_at"] {
            assert!(columns.iter().any(|c| c == column), "{table}.{column}");
        }
    }
}

#[tokio::test]
async fn opening_twice_changes_nothing() {
    let (folder, _db) = migrated().await;
    SqliteStore::open(&folder.path().join("t.db"))
        .await
        .unwrap()
        .close()
        .await;
}

#[tokio::test]
async fn what_is_no_database_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("t.db");
    std::fs::write(
        &path,
        "this is a letter, not a database, and long enough to be read as a header of one",
    )
    .unwrap();
    assert!(SqliteStore::open(&path).await.is_err());
}
