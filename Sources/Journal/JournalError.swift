/// What can go wrong with the journal file.
package enum JournalError: Error, Hashable, Sendable {
    /// The lock, or SQLite's own, was held by others for the whole wait. Retryable.
    case busy(String)
    /// The disk is full, read-only or broken. Retryable once somebody has seen to it.
    case unwritable(String)
    /// The schema was made by a newer version. Final for this binary.
    case schemaTooNew(found: Int, known: Int)
    /// The schema lacks migrations and `journal.migrate` is `never`. Final until `leadrelay migrate` ran.
    case schemaTooOld(found: Int, needed: Int)
    /// The lease on the event belongs to somebody else now, so nothing was written. Final for this claim.
    case leaseLost(eventID: Int64)
    /// There is no journal, or none that can be seen. Final until it is made or the setting is mended.
    case missing(path: String)
    /// There is no such row.
    case notFound(String)
    /// The file or its key can't be used as it is: the sentence says what to do.
    case unusable(String)
    /// SQLite refused a statement: a fault in LeadRelay.
    case database(String)
}

extension JournalError {
    /// Whether it is the installation that is at fault: the path, or the version of the binary.
    package var isConfiguration: Bool {
        switch self {
        case .missing, .schemaTooNew, .schemaTooOld: true
        default: false
        }
    }

    /// Whether the same write may be taken a moment later.
    package var mayPass: Bool {
        switch self {
        case .busy, .unwritable: true
        default: false
        }
    }
}

extension JournalError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .busy(let detail): "The journal is busy (\(detail)); try again in a moment."
        case .unwritable(let detail):
            "The journal can't be written (\(detail)); check the disk's space and permissions."
        case .schemaTooNew(let found, let known):
            "The journal has schema \(found), newer than this binary knows (\(known)); install the newer LeadRelay."
        case .schemaTooOld(let found, let needed):
            "The journal has schema \(found) but \(needed) is needed; run `leadrelay migrate`."
        case .leaseLost(let eventID): "The lease on event \(eventID) was taken over; nothing was recorded for it."
        case .missing(let path):
            "There is no journal at \(path); check journal.path, or run `leadrelay migrate` to make it."
        case .notFound(let what): "There is no \(what)."
        case .unusable(let sentence): sentence
        case .database(let detail): "The journal refused a statement: \(detail)."
        }
    }
}
