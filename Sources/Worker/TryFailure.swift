import Model
import Salesforce

/// A request of a try that Salesforce did not let through.
struct TryFailure: Error {
    var error: SalesforceError
    /// The object that it was about, where the error alone does not tell.
    var object: SalesforceObject?
    /// Whether it was a write that was to make a record.
    var isCreation = false
}

/// Everything that a try was refused; an opt-out goes on after the first.
struct TryFailures: Error {
    let all: [TryFailure]

    init?(_ failures: [TryFailure]) {
        guard !failures.isEmpty else { return nil }
        all = failures
    }

    /// The failure that decides when the event is tried again: one that waits for a person or a limit costs no try, and what
    /// can't be cured by trying again must not end the tries of the rest.
    var main: TryFailure {
        all.first { [.configuration, .quota, .throttled].contains($0.error.errorClass) }
            ?? all.first { $0.error.errorClass != .data }
            ?? all[0]
    }
}
