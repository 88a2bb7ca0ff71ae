package import Model

/// Why Salesforce did not do what was asked.
///
/// Each case says whether it is final, can be retried, or asks for a pause; `errorClass` says the same to the worker.
package enum SalesforceError: Error, Hashable, Sendable {
    /// A write that surely did not happen: its body never left. Retryable.
    case notSent(reason: String)
    /// A question or a log-in got no answer; nothing was written. Retryable.
    case unanswered(reason: String)
    /// A write whose body (or part of it) left and whose answer never came whole. Look for what it did before sending it
    /// again.
    case lostAnswer(reason: String)
    /// The answer to an earlier try of this write was lost, what it did can only be looked for, and it is not there (yet):
    /// nothing is sent before that much time has passed. Looked for again until then.
    case unsettled(retryAfter: Duration)
    /// No token. Configuration (pause until a person mends it), but for the few failures that pass.
    case authentication(OAuthFailure, remedy: String)
    /// A token fresh from the log-in is refused as well: this 401 is no expired session. Configuration.
    case sessionRejected([APIFault])
    /// The request is refused, with Salesforce's reasons (none where the body has none). See `FaultClassifier`.
    case faults(status: Int, [APIFault], retryAfter: Duration?)
    /// Salesforce or something before it failed (5xx without a fault, an HTML page). Retryable.
    case server(status: Int, retryAfter: Duration?)
    /// The API version is retired (410). Configuration.
    case versionRetired(String)
    /// The log-in names a host that is not Salesforce's; no token was sent to it. Configuration.
    case untrustedInstance(host: String)
    /// A URL or version of ours breaks our rules, or answers with a redirect. Configuration.
    case unusableURL(reason: String)
    /// A campaign lacks the member status that is to be written, or the campaign can't be seen at all.
    ///
    /// Nothing was sent: Salesforce would give the member the campaign's default status without a word. Configuration.
    case missingMemberStatus(campaign: String, status: String?)
    /// The answer to a question is not what the API promises. Retryable a few times, then a person must look.
    case undecodable(reason: String)

    /// What the worker does with the event.
    package var errorClass: ErrorClass {
        switch self {
        case .notSent, .unanswered, .server, .undecodable: .transient
        case .lostAnswer, .unsettled: .lostAnswer
        case .authentication(let failure, _): failure.isPassing ? .transient : .configuration
        case .sessionRejected, .versionRetired, .untrustedInstance, .unusableURL, .missingMemberStatus:
            .configuration
        case .faults(let status, let faults, _): FaultClassifier.errorClass(status: status, faults: faults)
        }
    }
}

/// One sentence for people, without secrets and without addresses.
extension SalesforceError: CustomStringConvertible {
    package var description: String {
        if case .authentication(_, let remedy) = self { return "\(cause) \(remedy)" }
        return cause
    }

    /// What is so, without what to do about it.
    package var cause: String {
        switch self {
        case .notSent(let reason): "Salesforce can't be reached, and nothing was written: \(reason)."
        case .unanswered(let reason): "Salesforce did not answer: \(reason)."
        case .lostAnswer(let reason): "The write left, but Salesforce's answer was lost: \(reason)."
        case .unsettled:
            "An earlier answer to this write was lost, and Salesforce shows nothing of it yet; it is looked for again."
        case .authentication(let failure, _):
            "Salesforce gives no token (\(Self.clean("\(failure.error): \(failure.description)")))."
        case .sessionRejected(let faults):
            "Salesforce refuses even a fresh token (\(Self.text(of: faults, status: 401))). Check that the app's user may "
                + "use the API."
        case .faults(let status, let faults, _):
            "Salesforce refuses the request: \(Self.text(of: faults, status: status))."
                + Self.text(of: faults.flatMap(\.matches))
        case .server(let status, _): "Salesforce failed (HTTP \(status))."
        case .versionRetired(let version):
            "Salesforce has retired API version \(version): set salesforce.apiVersion to a current one."
        case .untrustedInstance(let host):
            "The log-in names \(host) as the org's host, which is not Salesforce's; the token was not sent there."
        case .unusableURL(let reason): "\(reason)."
        case .missingMemberStatus(let campaign, let status?):
            "The campaign \(campaign) has no member status “\(status)”: add it there, or change sync.campaigns."
        case .missingMemberStatus(let campaign, nil):
            "There is no campaign \(campaign) that the app's user can read: share it, or change sync.campaigns."
        case .undecodable(let reason): "Salesforce's answer can't be read: \(reason)."
        }
    }

    private static func text(of faults: [APIFault], status: Int) -> String {
        let texts = faults.map { $0.message.isEmpty ? $0.code : "\($0.code): \($0.message)" }
        return clean(texts.isEmpty ? "HTTP \(status)" : texts.joined(separator: "; "))
    }

    /// The records that a duplicate rule found, for the person who is to merge them.
    private static func text(of matches: [APIFault.Match]) -> String {
        guard !matches.isEmpty else { return "" }
        let named = matches.prefix(10).map { [$0.object, $0.id].compactMap { $0 }.joined(separator: " ") }
        let rest = matches.count > named.count ? " and \(matches.count - named.count) more" : ""
        return " It matches \(named.joined(separator: ", "))\(rest)."
    }

    private static func clean(_ text: String) -> String {
        var rest = String(text.prefix(400)).withoutAddresses()[...]
        while rest.hasSuffix(".") || rest.hasSuffix(" ") || rest.hasSuffix(":") { rest.removeLast() }
        return String(rest)
    }
}
