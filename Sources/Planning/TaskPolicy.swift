package import Model

/// Which opens become Tasks.
package enum OpenTasks: String, CaseIterable, Sendable {
    /// The first of each person and message.
    case perMessage
    case every
    case none
}

/// Which clicks become Tasks.
package enum ClickTasks: String, CaseIterable, Sendable {
    case every
    /// The first of each person, message and link.
    case perLink
    case none
}

/// How many opens and clicks become Tasks (`sync.tasks.…`).
///
/// A mail client that fetches pictures, or a scanner that follows each link, tells of dozens in a day: a Task for each fills
/// an org's storage and a sales person's timeline.
package struct TaskPolicy: Hashable, Sendable {
    /// How often the same open or click becomes a Task.
    package enum Frequency: Hashable, Sendable {
        case every
        case once
        case never
    }

    package var opens = OpenTasks.perMessage
    package var clicks = ClickTasks.every
    /// The most Tasks of one person and day (UTC, by the time of the event); 0 for any number.
    package var dailyLimit = 20

    package init() {}

    /// How often an open or click becomes a Task.
    package func frequency(of action: Action) -> Frequency {
        switch action {
        case .open:
            switch opens {
            case .perMessage: .once
            case .every: .every
            case .none: .never
            }
        case .click:
            switch clicks {
            case .every: .every
            case .perLink: .once
            case .none: .never
            }
        default: .never
        }
    }
}
