//! Help in the reader's language: texts stand as `中文 | English`, one half is shown.

use clap::builder::StyledStr;
use clap::{Arg, CommandFactory as _};
use jieming_domain::lang::Lang;

use super::Cli;
use crate::config;

/// The language asked for, before options are parsed: help and complaints about options are in it too.
pub fn wanted_lang(args: &[std::ffi::OsString]) -> Lang {
    let words: Vec<&str> = args.iter().filter_map(|a| a.to_str()).collect();
    let option = words
        .iter()
        .enumerate()
        .find_map(|(i, w)| match w.strip_prefix("--lang=") {
            Some(value) => value.parse().ok(),
            None if *w == "--lang" => words.get(i + 1)?.parse().ok(),
            None => None,
        });
    config::language(option, &config::File::default())
}

/// The command with help in one language.
pub fn command(lang: Lang) -> clap::Command {
    in_language(Cli::command(), lang)
}

fn half(text: &StyledStr, lang: Lang) -> String {
    let text = text.to_string();
    match text.split_once(" | ") {
        Some((zh, en)) => lang.of(zh, en).trim().to_owned(),
        None => text,
    }
}

fn in_language(mut command: clap::Command, lang: Lang) -> clap::Command {
    if let Some(about) = command.get_about().map(|t| half(t, lang)) {
        command = command.about(about);
    }
    if let Some(about) = command.get_long_about().map(|t| half(t, lang)) {
        command = command.long_about(about);
    }
    let words = lang.of(("显示帮助", "显示版本"), ("print help", "print version"));
    command = command
        .mut_args(|arg: Arg| match arg.get_help().map(|t| half(t, lang)) {
            // The values stand in the text, in its language.
            Some(help) if arg.get_action().takes_values() => {
                arg.help(help).hide_possible_values(true)
            }
            Some(help) => arg.help(help),
            None => arg,
        })
        .disable_help_flag(true)
        .arg(
            Arg::new("help")
                .short('h')
                .long("help")
                .action(clap::ArgAction::HelpShort)
                .help(words.0),
        );
    if command.get_version().is_some() {
        command = command.disable_version_flag(true).arg(
            Arg::new("version")
                .short('V')
                .long("version")
                .action(clap::ArgAction::Version)
                .help(words.1),
        );
    }
    let names: Vec<String> = command
        .get_subcommands()
        .map(|c| c.get_name().to_owned())
        .collect();
    for name in names {
        command = command.mut_subcommand(name, |sub| in_language(sub, lang));
    }
    command
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_text_stands_in_both_languages() {
        fn check(command: &clap::Command) {
            let own = command
                .get_about()
                .into_iter()
                .map(|t| (command.get_name().to_owned(), t.to_string()));
            let args = command
                .get_arguments()
                .filter(|a| !a.is_hide_set())
                .filter_map(|a| {
                    a.get_help()
                        .map(|t| (a.get_id().to_string(), t.to_string()))
                });
            for (name, text) in own.chain(args) {
                assert!(
                    text.contains(" | ") || command.is_hide_set(),
                    "{name}: {text}"
                );
            }
            command.get_subcommands().for_each(check);
        }
        check(&Cli::command());
    }

    #[test]
    fn both_languages_are_sound_commands() {
        command(Lang::Zh).debug_assert();
        let mut en = command(Lang::En);
        en.clone().debug_assert();
        assert!(!en.render_long_help().to_string().contains('|'));
    }
}
