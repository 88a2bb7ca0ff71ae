/// What an erasure did, or would do.
package struct ErasureReport: Hashable, Sendable {
    package var isDryRun: Bool
    /// Rows that were emptied or deleted, by table.
    package var rows: [String: Int] = [:]
    /// Names under which the person stays opted out; 0 for somebody who was not.
    package var keptHashes = 0
    /// Contacts of the person that were also seen with another address, whose rows stay.
    package var sharedContacts = 0
    /// Whether the file had to be rewritten since pages held old copies.
    package var wasRewritten = false

    package init(isDryRun: Bool) {
        self.isDryRun = isDryRun
    }

    package var changed: Int { rows.values.reduce(0, +) }

    mutating func add(_ counts: [String: Int]) {
        rows.merge(counts, uniquingKeysWith: +)
    }
}

/// Why an erasure did not end; running it again goes on where it was.
package enum ErasureRefusal: Error, Hashable, Sendable {
    /// An opt-out of the person is not verified: erased now, nobody would carry it out.
    case openOptOut(eventID: Int64, state: String)
    /// An event of the person is in a worker's hands, and did not end in time.
    case inHand(eventID: Int64)
    /// A callback that names the person is not decoded yet.
    case undecoded(callbackID: Int64)
    /// Events of the person came faster than they could be erased.
    case restless
    /// Somebody reads an old snapshot of the file: everything is erased, but for the write-ahead log.
    case heldLog
    /// Everything is erased, but old copies are left in pages that SQLite has not used again.
    case traces(megabytes: Int64)
}

extension ErasureRefusal {
    var isOpenOptOut: Bool {
        if case .openOptOut = self { true } else { false }
    }
}

extension ErasureRefusal: CustomStringConvertible {
    package var description: String {
        switch self {
        case .openOptOut(let eventID, let state):
            switch state {
            case "dead", "discarded":
                """
                Event \(eventID), an opt-out of this person, is \(state) and was not carried out; replay it or accept it \
                (`leadrelay dead-letters accept \(eventID) --reason …`), then erase.
                """
            default:
                """
                Event \(eventID), an opt-out of this person, is not verified in Salesforce yet (\(state)); let a worker \
                finish it, then erase again.
                """
            }
        case .inHand(let eventID): "Event \(eventID) of this person is in a worker's hands; erase again in a moment."
        case .undecoded(let callbackID):
            "Callback \(callbackID) names this person and is not decoded yet; run a worker, then erase again."
        case .restless: "Events of this person keep coming; erase again in a moment."
        case .heldLog:
            """
            The rows are erased, but the write-ahead log can't be emptied while somebody reads an old snapshot of the \
            journal (a sqlite3 shell, a backup); end that and erase again.
            """
        case .traces(let megabytes):
            """
            The rows are erased, but pages of the file still hold old copies; erase again with --rewrite, which writes the \
            file (\(megabytes) MB) anew and makes callbacks wait meanwhile.
            """
        }
    }
}
