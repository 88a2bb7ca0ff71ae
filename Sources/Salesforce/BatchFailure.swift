import Model

/// Why a batch as a whole came to nothing, or why nobody knows what it came to.
///
/// A row that is refused is no such failure: it is in the results, and the rows beside it are written.
package enum BatchFailure: Error, Hashable, Sendable {
    /// No row was written: the request never left, or Salesforce refused it whole.
    case noRowWritten(SalesforceError)
    /// The request left and its answer was lost, or came from a gateway that can't know: every row may have been written,
    /// or none. Look for each by its key before it is sent again.
    ///
    /// The error is a `lostAnswer`, or `server` where sending the same again is harmless.
    case everyRowUnknown(SalesforceError)

    /// What a single request would have thrown.
    package var error: SalesforceError {
        switch self {
        case .noRowWritten(let error), .everyRowUnknown(let error): error
        }
    }

    /// Whether the halves of this batch may fare better, because a row in it or its size is to blame.
    ///
    /// Not so for what every batch would meet alike: the log-in, a limit, a field that is missing, a broken connection.
    package var mayPassInHalves: Bool {
        guard case .noRowWritten(.faults(let status, let faults, _)) = self else { return false }
        if faults.contains(where: { FaultClassifier.codesOfSize.contains($0.code) }) { return true }
        if faults.contains(where: { FaultClassifier.codesOfAutomation.contains($0.code) }) { return true }
        return FaultClassifier.errorClass(status: status, faults: faults) == .data
    }

    /// What a failed attempt to send means for the rows.
    init(sending error: SalesforceError) {
        if case .lostAnswer = error { self = .everyRowUnknown(error) } else { self = .noRowWritten(error) }
    }

    /// What an answer without results means for the rows.
    ///
    /// A 5xx without Salesforce's own reasons may come from a gateway that gave up on a request that went on.
    init(refusal error: SalesforceError, isRepeatable: Bool) {
        guard case .server(let status, _) = error else {
            self = .noRowWritten(error)
            return
        }
        self = .everyRowUnknown(isRepeatable ? error : .lostAnswer(reason: "HTTP \(status)"))
    }
}
