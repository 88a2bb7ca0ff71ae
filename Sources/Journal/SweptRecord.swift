package import Model

/// A Lead or Contact that may be mailed, as a sweep over the org found it.
package struct SweptRecord: Hashable, Sendable {
    /// The object of the record that may be mailed.
    package var object: SalesforceObject
    package var recordID: String
    /// The address of the record, or of the Lead that was converted into it.
    package var email: String?
    /// The contact in GetResponse that the record, or that Lead, is tied to.
    package var contactID: String?
    /// When the row that was read (the record, or that Lead) was last changed, by Salesforce's clock: the walk goes by it.
    package var changedAt: Timestamp
    /// When the record itself was last changed.
    package var stateAt: Timestamp

    package init(
        object: SalesforceObject,
        recordID: String,
        email: String?,
        contactID: String?,
        changedAt: Timestamp,
        stateAt: Timestamp? = nil
    ) {
        self.object = object
        self.recordID = recordID
        self.email = email
        self.contactID = contactID
        self.changedAt = changedAt
        self.stateAt = stateAt ?? changedAt
    }
}

/// A record that may be mailed although its person opted out.
package struct Drift: Hashable, Sendable {
    package var record: SweptRecord
    /// The person who opted out, by the name under which the journal has the opt-out.
    package var person: Person
    /// A contact of that person in GetResponse; the record's own where it has one.
    package var contactID: String?
    /// Whether the record's address or contact leads to the person; else only that we opted the record out before.
    package var isByName: Bool

    /// What names this drift: the same record in the same state is no second one, unless it was only reported and is now to
    /// be repaired.
    package func key(isRepair: Bool) -> String {
        "drift:\(record.recordID.prefix(15)):\(record.stateAt.milliseconds)" + (isRepair ? "" : ":report")
    }
}

/// What a sweep makes of a record that may be mailed although its person opted out.
package enum SweepVerdict: String, CaseIterable, Codable, Sendable {
    /// Nobody knows of it: it is appended.
    case drifted
    /// An opt-out of the person is under way, or was when Salesforce was asked.
    case pending
    /// The last opt-out of the person is a dead letter, was given up, or its failure was accepted: it is a person's turn.
    case givenUp = "given_up"
    /// It was appended before, in this very state.
    case known
}

/// What a sweep found among some records.
package struct SweepFindings: Hashable, Sendable {
    /// Where they are to be repaired, one a person and page: the repair reaches all records of the person.
    package var drifts: [Drift] = []
    /// How many records of people who opted out got which verdict.
    package var counts: [SweepVerdict: Int] = [:]
}
