//! Who does something, and whether they may. Every write of the store takes an [`Actor`].

/// Who acts: written into the audit log beside what was done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor {
    /// The name as logged. Until sign-in exists it is the name of the operating system's user, or of the service.
    pub name: String,
    /// By which door the actor came.
    pub via: Via,
}

/// By which door an actor came in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Via {
    /// The command line, on the machine itself.
    CommandLine,
    /// The HTTP interface (only reachable from the machine itself until sign-in exists).
    Http,
    /// The service's own work, such as an audit after an import.
    Service,
}

impl Via {
    /// The word in the audit log.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::CommandLine => "command-line",
            Self::Http => "http",
            Self::Service => "service",
        }
    }
}

/// What an actor wants to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// Read units, places, findings, reports.
    Read,
    /// Hand in files.
    Submit,
    /// Start an audit.
    Audit,
    /// Change settings shared by all, such as coordinate parameter sets.
    Configure,
}

impl Actor {
    /// An actor on the command line.
    pub fn command_line(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            via: Via::CommandLine,
        }
    }

    /// An actor of the HTTP interface.
    pub fn http(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            via: Via::Http,
        }
    }

    /// The service itself.
    pub fn service(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            via: Via::Service,
        }
    }
}

/// Whether `actor` may do `action` in the unit with this code (`None`: everywhere).
///
/// The one place where rights are decided. Everybody who reaches the program sits at its machine (the server
/// refuses other addresses), so all may do all but one thing: settings shared by everybody are changed on the
/// command line, where the change is deliberate, and not by a request that a page can send.
pub fn may(actor: &Actor, action: Action, _unit: Option<&str>) -> bool {
    !(action == Action::Configure && actor.via == Via::Http)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_are_changed_on_the_command_line() {
        assert!(may(&Actor::command_line("li"), Action::Configure, None));
        assert!(!may(&Actor::http("page"), Action::Configure, None));
        assert!(may(&Actor::http("page"), Action::Submit, Some("420102")));
    }
}
