//! Puts the parts together: settings, store, use cases, and the command that was asked for.

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use clap::FromArgMatches as _;
use jieming_domain::actor::Actor;
use jieming_domain::lang::Lang;

use crate::cli::{self, Cli, Command, Exit, Global, Service};
use crate::config::{self, Places};
use crate::ingest::{DataFolder, Reading};
use crate::store::Store;
use crate::store::sqlite::SqliteStore;

/// Folder of the demonstration, in the working folder.
const DEMO_FOLDER: &str = "demo-data";

/// A failure for the person at the terminal, in their language.
struct Failure(Exit, String);

impl Failure {
    fn usage(e: impl ToString) -> Self {
        Self(Exit::Usage, e.to_string())
    }
    fn work(e: impl ToString) -> Self {
        Self(Exit::Failed, e.to_string())
    }
}

/// Runs the program with these words and gives its exit status.
pub fn run(args: Vec<OsString>) -> ExitCode {
    let lang = cli::wanted_lang(&args);
    let parsed = cli::command(lang)
        .try_get_matches_from(&args)
        .and_then(|m| Cli::from_arg_matches(&m));
    let cli = match parsed {
        Ok(cli) => cli,
        // Prints help and versions to standard output, complaints to standard error, with status 0 or 2.
        Err(e) => {
            let _ = e.print();
            return if e.use_stderr() {
                Exit::Usage.into()
            } else {
                Exit::Done.into()
            };
        }
    };
    if let Command::Decode { words } = cli.command {
        return jieming_geodata::child::main(words.into_iter());
    }
    match with_runtime(cli) {
        Ok(exit) => exit.into(),
        Err(Failure(exit, message)) => {
            eprintln!("jieming: {message}");
            exit.into()
        }
    }
}

/// What happens goes to standard error as far as `JIEMING_LOG` asks (`info`, `jieming=debug,sqlx=debug`, …); unasked,
/// warnings and errors.
fn begin_log() {
    let filter = tracing_subscriber::EnvFilter::try_from_env("JIEMING_LOG")
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("warn,sqlx::query=error"));
    let _ = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .try_init();
}

fn with_runtime(cli: Cli) -> Result<Exit, Failure> {
    begin_log();
    let file = match &cli.global.config {
        Some(path) => config::File::read(path).map_err(Failure::usage)?,
        None => config::File::default(),
    };
    let lang = config::language(cli.global.lang, &file);
    if let Some(threads) = cli.global.threads.or(file.threads) {
        rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build_global()
            .map_err(Failure::usage)?;
    }
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(Failure::work)?;
    runtime.block_on(dispatch(cli, file, lang))
}

/// What a command works with.
struct Tools {
    places: Places,
    file: config::File,
    lang: Lang,
    actor: Actor,
}

impl Tools {
    fn new(global: &Global, file: config::File, lang: Lang) -> Result<Self, Failure> {
        let places =
            Places::choose(global.database_url.as_deref(), &file).map_err(Failure::usage)?;
        let user = ["USER", "LOGNAME"]
            .iter()
            .find_map(|k| std::env::var(k).ok().filter(|v| !v.is_empty()));
        let actor = Actor::command_line(user.unwrap_or_else(|| "local".to_owned()));
        Ok(Self {
            places,
            file,
            lang,
            actor,
        })
    }

    /// Opens the database, making it (and its folder) when it is not there.
    async fn open(&self) -> Result<SqliteStore, Failure> {
        let folder = self
            .places
            .database
            .parent()
            .filter(|p| !p.as_os_str().is_empty());
        if let Some(folder) = folder {
            std::fs::create_dir_all(folder)
                .map_err(|e| Failure::work(format!("{}: {e}", folder.display())))?;
        }
        SqliteStore::open(&self.places.database)
            .await
            .map_err(Failure::work)
    }

    /// The database if there is one already.
    async fn open_existing(&self) -> Result<Option<SqliteStore>, Failure> {
        if self.places.database.is_file() {
            self.open().await.map(Some)
        } else {
            Ok(None)
        }
    }

    async fn reading(&self, store: Option<&SqliteStore>) -> Result<Reading, Failure> {
        let registry = match store {
            Some(store) => store.parameter_sets().await.map_err(Failure::work)?,
            None => Vec::new(),
        };
        Reading::with_this_program(registry).map_err(Failure::work)
    }

    async fn service(&self, store: &SqliteStore) -> Result<Service, Failure> {
        Ok(Service {
            store: Arc::new(store.clone()),
            data: self.data(),
            upload_folder: self.places.data_folder.join("uploads"),
            reading: self.reading(Some(store)).await?,
            file: self.file.clone(),
            lang: self.lang,
        })
    }

    fn data(&self) -> DataFolder {
        DataFolder::new(&self.places.data_folder)
    }
}

async fn dispatch(cli: Cli, file: config::File, lang: Lang) -> Result<Exit, Failure> {
    let tools = Tools::new(&cli.global, file, lang)?;
    match cli.command {
        Command::Import(args) => {
            let store = if args.dry_run {
                tools.open_existing().await?
            } else {
                Some(tools.open().await?)
            };
            let reading = tools.reading(store.as_ref()).await?;
            let shared = store
                .clone()
                .filter(|_| !args.dry_run)
                .map(|s| Arc::new(s) as Arc<dyn Store>);
            let exit = cli::import(&args, shared, tools.data(), reading, &tools.actor, lang).await;
            if let Some(store) = store {
                store.close().await;
            }
            Ok(exit)
        }
        Command::Audit(args) if args.files.is_empty() => {
            let store = tools.open().await?;
            let shared: Arc<dyn Store> = Arc::new(store.clone());
            let exit = cli::audit_of_database(&args, shared, &tools.actor, today(), lang).await;
            store.close().await;
            Ok(exit)
        }
        Command::Audit(args) => {
            // Registered parameters may be needed to read the files.
            let store = tools.open_existing().await?;
            let reading = tools.reading(store.as_ref()).await?;
            let exit = cli::audit_of_files(&args, reading, today(), lang).await;
            if let Some(store) = store {
                store.close().await;
            }
            Ok(exit)
        }
        Command::Serve(args) => {
            let store = tools.open().await?;
            let service = tools.service(&store).await?;
            let exit = cli::serve(service, args.listen).await;
            store.close().await;
            Ok(exit)
        }
        Command::Demo(args) => {
            let folder = PathBuf::from(DEMO_FOLDER);
            if args.reset && folder.exists() {
                std::fs::remove_dir_all(&folder)
                    .map_err(|e| Failure::work(format!("{}: {e}", folder.display())))?;
            }
            let tools = Tools {
                places: Places::inside(&folder),
                ..tools
            };
            let store = tools.open().await?;
            let shared: Arc<dyn Store> = Arc::new(store.clone());
            let registry = store.parameter_sets().await.map_err(Failure::work)?;
            let mut exit = Exit::Done;
            if shared.last_run().await.map_err(Failure::work)?.is_none() {
                exit = cli::fill_demo(shared.clone(), tools.data(), registry, &folder, lang).await;
            }
            if exit == Exit::Done {
                cli::print_summary(&*shared, lang).await;
                exit = cli::serve(tools.service(&store).await?, args.listen).await;
            }
            store.close().await;
            Ok(exit)
        }
        Command::Report(args) => {
            let store = tools.open().await?;
            let exit = cli::report(&args, &store, today(), lang).await;
            store.close().await;
            Ok(exit)
        }
        Command::Export(args) => {
            let store = tools.open().await?;
            let exit = cli::export(&args, &store, lang).await;
            store.close().await;
            Ok(exit)
        }
        Command::Crs(command) => {
            let store = tools.open().await?;
            let exit = cli::crs(&command, &store, &tools.actor, lang).await;
            store.close().await;
            Ok(exit)
        }
        Command::Sample(args) => Ok(cli::write_sample(&args, lang)),
        // Answered before the runtime began.
        Command::Decode { .. } => Ok(Exit::Usage),
    }
}

/// The moment a report is made, to the second, in UTC.
fn today() -> String {
    let now = jiff::Timestamp::now();
    jiff::Timestamp::from_second(now.as_second())
        .unwrap_or(now)
        .to_string()
}
