/// What a write did.
package struct WriteResult: Hashable, Sendable {
    package enum Outcome: Hashable, Sendable {
        /// A new record.
        case created(id: String)
        /// An existing one; older API versions and plain updates don't tell an id.
        case updated(id: String?)
        /// The external id fits several records, and nothing was written (300).
        case multipleMatches(ids: [String])
    }

    package var outcome: Outcome
    /// The HTTP status: 200, 201, 204 or 300.
    package var status: Int

    package init(outcome: Outcome, status: Int) {
        self.outcome = outcome
        self.status = status
    }

    /// The record's id, where Salesforce told it.
    package var id: String? {
        switch outcome {
        case .created(let id): id
        case .updated(let id): id
        case .multipleMatches: nil
        }
    }
}

/// How a write treats the org's own automation.
package struct WriteOptions: Hashable, Sendable {
    /// Whether Salesforce runs assignment rules, which it does on every create *and* update of a Lead unless told not to.
    package enum AutoAssign: Hashable, Sendable {
        /// `Sforce-Auto-Assign: FALSE`: the owner stays who it is.
        case never
        /// `Sforce-Auto-Assign: TRUE`, as if there were no header: the org's active rule decides, also on an update.
        case active
        /// This AssignmentRule.
        case rule(id: String)
    }

    package var autoAssign: AutoAssign
    /// Whether a duplicate rule that only alerts is overridden (`Sforce-Duplicate-Rule-Header: allowSave=true`).
    ///
    /// For opt-outs, which no alert may hold up; a rule that blocks still does.
    package var allowsDuplicates: Bool
    /// For an upsert: update the record with this external id, and create none where there is none.
    package var updateOnly: Bool

    package init(autoAssign: AutoAssign = .never, allowsDuplicates: Bool = false, updateOnly: Bool = false) {
        self.autoAssign = autoAssign
        self.allowsDuplicates = allowsDuplicates
        self.updateOnly = updateOnly
    }

    var headers: [(String, String)] {
        var result: [(String, String)] = []
        switch autoAssign {
        case .never: result.append(("Sforce-Auto-Assign", "FALSE"))
        case .active: result.append(("Sforce-Auto-Assign", "TRUE"))
        case .rule(let id): result.append(("Sforce-Auto-Assign", id))
        }
        if allowsDuplicates { result.append(("Sforce-Duplicate-Rule-Header", "allowSave=true")) }
        return result
    }
}
