import Model
import Planning
import Salesforce
import Time

/// Looks for the people of many tries in one call.
struct PeopleBatch: Sendable {
    /// Whom one try looks for.
    struct Question: Sendable {
        var emails: [String] = []
        /// External ids of Leads.
        var keys: [String] = []
        /// Ids of Contacts that Leads were converted into.
        var contactIDs: [String] = []
    }

    let salesforce: SalesforceClient
    let policy: SyncPolicy
    let shape: OrgShape
    let time: any TimeSource

    /// - Returns: What was found for each question, in their order.
    func find(_ questions: [Question]) async -> [Resolution] {
        var found = Resolution()
        let planner = Planner(policy: policy)
        let nowBoot = time.read().boot
        var lookup = PersonLookup(
            keyField: policy.fields.contactID,
            keys: questions.flatMap(\.keys),
            emails: questions.flatMap(\.emails),
            contactIDs: questions.flatMap(\.contactIDs),
            leadFields: planner.leadFields.filter { !shape.isMissing($0, of: .lead, nowBoot: nowBoot) },
            contactFields: planner.contactFields.filter { !shape.isMissing($0, of: .contact, nowBoot: nowBoot) }
        )
        while true {
            let answer: PersonLookupAnswer
            do throws(SalesforceError) {
                answer = try await salesforce.lookUp(lookup)
            } catch {
                let failure = TryFailure(error: error)
                found.leads.failure = failure
                found.contacts.failure = failure
                return await halved(questions, found)
            }
            let leads = found.leads.take(answer.leadsByKey, answer.leadsByEmail)
            let contacts = found.contacts.take(answer.contactsByEmail, answer.contactsByID)
            found.leads.isAnswered = leads == nil && !(lookup.keys.isEmpty && lookup.emails.isEmpty)
            found.contacts.isAnswered = contacts == nil && !(lookup.emails.isEmpty && lookup.contactIDs.isEmpty)
            let isShorter = [
                dispense(with: leads, of: .lead, from: &lookup.leadFields, in: &found.leads),
                dispense(with: contacts, of: .contact, from: &lookup.contactFields, in: &found.contacts),
            ]
            guard isShorter.contains(true) else { break }
        }
        if found.failures.contains(where: { $0.error.errorClass == .data }) { return await halved(questions, found) }
        return questions.map { found.part(for: $0, keyField: policy.fields.contactID) }
    }

    /// One question may spoil the call for all: then each half is asked by itself.
    private func halved(_ questions: [Question], _ found: Resolution) async -> [Resolution] {
        guard questions.count > 1, found.failures.contains(where: { $0.error.errorClass == .data }) else {
            return questions.map { found.part(for: $0, keyField: policy.fields.contactID) }
        }
        let middle = questions.count / 2
        return await find(Array(questions[..<middle])) + find(Array(questions[middle...]))
    }

    /// Leaves out a field that this user can't read, where the look-up can do without it.
    ///
    /// - Returns: Whether there is one, so that asking again may help.
    private func dispense(
        with error: SalesforceError?,
        of object: SalesforceObject,
        from fields: inout [String],
        in look: inout Resolution.Look
    ) -> Bool {
        guard let error, let name = error.missingField, fields.contains(name),
            FieldNecessity(names: policy.fields).isDispensable(name)
        else { return false }
        if FieldNecessity(names: policy.fields).isOptional(name, of: object) {
            shape.remember(missing: name, of: object, nowBoot: time.read().boot)
        } else {
            look.hiddenFields[name] = "\(error)"
        }
        look.failure = nil
        fields.removeAll { $0 == name }
        return true
    }
}

extension Resolution.Look {
    /// Takes over what two questions found, or what stopped them.
    ///
    /// - Returns: What stopped them.
    fileprivate mutating func take(
        _ first: PersonLookupAnswer.Found,
        _ second: PersonLookupAnswer.Found
    ) -> SalesforceError? {
        do throws(SalesforceError) {
            let found = try first.get() + second.get()
            var seen: Set<String> = []
            records = found.filter { seen.insert($0.id).inserted }.sorted { $0.id < $1.id }
            return nil
        } catch {
            failure = TryFailure(error: error)
            return error
        }
    }
}

extension Resolution {
    /// What of it answers one question, compared without regard to case as Salesforce does.
    fileprivate func part(for question: PeopleBatch.Question, keyField: String) -> Resolution {
        let keys = Set(question.keys.map { $0.lowercased() })
        let emails = Set(question.emails.map { $0.lowercased() })
        var part = self
        part.leads.records = leads.records.filter { lead in
            lead.fields[keyField]?.string.map { keys.contains($0.lowercased()) } ?? false
                || lead.fields["Email"]?.string.map { emails.contains($0.lowercased()) } ?? false
        }
        part.contacts.records = contacts.records.filter { contact in
            // The last three of an id's 18 characters are only a checksum.
            question.contactIDs.contains { $0.prefix(15) == contact.id.prefix(15) }
                || contact.fields["Email"]?.string.map { emails.contains($0.lowercased()) } ?? false
        }
        return part
    }
}
