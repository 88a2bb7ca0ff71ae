import GRDB
package import Model

/// Which dead letters are meant; what is nil matches all.
package struct DeadLetterFilter: Hashable, Sendable {
    /// The class of the last error; what died while it was decoded counts as `data`.
    package var errorClass: ErrorClass?
    package var action: Action?
    package var person: Person?
    /// Only those that died at or after this time.
    package var since: Timestamp?

    package init(errorClass: ErrorClass? = nil, action: Action? = nil, person: Person? = nil, since: Timestamp? = nil) {
        self.errorClass = errorClass
        self.action = action
        self.person = person
        self.since = since
    }
}

/// A place in the list of dead letters, which is in the order of their deaths.
package struct DeadLetterPlace: Hashable, Sendable {
    var diedAt: Int64
    var eventID: Int64

    /// Before all of them.
    package static let start = DeadLetterPlace(diedAt: .min, eventID: .min)
}

extension DeadLetterFilter {
    /// The rows of the view after a place, at most so many, each with the verdict of the filter.
    ///
    /// The verdict is given outside, so that a page costs the same however rarely it is yes.
    var pageSQL: String {
        """
        SELECT *, (\(condition)) AS is_match FROM (
            SELECT * FROM dead_letter
            WHERE died_at >= ? AND (died_at, event_id) > (?, ?) ORDER BY died_at, event_id LIMIT ?)
        """
    }

    /// The arguments of `pageSQL`.
    func pageArguments(after place: DeadLetterPlace, rows: Int) -> StatementArguments {
        let values: [(any DatabaseValueConvertible)?] = [errorClass?.rawValue, action?.rawValue, person?.rawValue]
        return StatementArguments(values.compactMap(\.self))
            + [since?.milliseconds ?? .min, place.diedAt, place.eventID, rows]
    }

    private var condition: String {
        let parts = [
            errorClass.map { _ in "error_class = ?" }, action.map { _ in "action = ?" },
            person.map { _ in "person = ?" },
        ]
        return parts.compactMap(\.self).joined(separator: " AND ").nonEmpty ?? "1"
    }
}

extension String {
    fileprivate var nonEmpty: String? { isEmpty ? nil : self }
}
