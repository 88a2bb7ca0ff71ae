import Journal
import Model
import Planning
import Salesforce

/// A second look within the same try, where Salesforce's no told that somebody new is there after all, or that the org is
/// another than it was.
extension EventExecutor {
    /// What a refusal told of a person's records.
    enum Lesson {
        /// A look-up will find more than the last one did.
        case look
        /// A duplicate rule named these, and they have the person's address; a look-up need not find them.
        case records(SalesforceRecords)
        /// Nothing: it ends here, for this reason.
        case none(TryFailures)
    }

    /// A record that was to be opted out is not there any more.
    struct RecordVanished: Error {}

    /// Whether the failure may have a lesson in it.
    func mayTeach(_ failures: TryFailures, of event: ClaimedEvent) -> Bool {
        guard !event.isOptOut, failures.all.count == 1 else { return false }
        let error = failures.main.error
        return error.isTooLong
            || (failures.main.isCreation
                ? error.isDuplicateValue || error.isDuplicatesDetected : error.isMissingRecord)
    }

    /// A create that is refused because the record is there is planned again with the record in view, and never repeated as a
    /// second one.
    ///
    /// A record that a duplicate rule found is read back before it is taken for the person: rules match names too, and what
    /// they find may be converted, or not for our user to see.
    func lesson(of failures: TryFailures, for event: ClaimedEvent) async -> Lesson {
        let error = failures.main.error
        if error.isTooLong {
            // An admin may have made the field shorter since it was described.
            guard let object = failures.main.object, await shape.learnsMore(of: object) else { return .none(failures) }
            return .look
        }
        // Somebody else was quicker with the same key, or has deleted or merged the record since the look-up.
        guard error.isDuplicatesDetected else { return .look }
        let named = await resolver.records(named: error.duplicateMatches)
        if let failures = TryFailures(named.failures) { return .none(failures) }
        let leads = named.leads.records.filter { isOf(event.person, $0) }
        let contacts = named.contacts.records.filter { isOf(event.person, $0) }
        guard !leads.isEmpty || !contacts.isEmpty else { return .none(failures) }
        return .records(SalesforceRecords(leads: leads, contacts: contacts))
    }

    private func isOf(_ person: Person?, _ record: SalesforceRecord) -> Bool {
        guard let email = person?.email else { return false }
        return record.fields["Email"]?.string.flatMap(Person.init(email:))?.email == email
    }
}

extension Resolution {
    /// Whether the record is among those that were found.
    func holds(_ id: String) -> Bool {
        (leads.records + contacts.records).contains { $0.id.prefix(15) == id.prefix(15) }
    }

    /// Adds records that were found in another way.
    mutating func add(_ records: SalesforceRecords) {
        leads.add(records.leads)
        contacts.add(records.contacts)
    }
}

extension Resolution.Look {
    fileprivate mutating func add(_ others: [SalesforceRecord]) {
        let known = Set(records.map { $0.id.prefix(15) })
        records = (records + others.filter { !known.contains($0.id.prefix(15)) }).sorted { $0.id < $1.id }
    }
}
