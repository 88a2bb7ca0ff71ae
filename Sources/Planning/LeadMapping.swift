import Model

/// Maps what is known of a contact to the fields of a Lead or Contact.
struct LeadMapping {
    private let policy: SyncPolicy
    private let org: OrgFields
    private let name: ParsedName
    private let company: ParsedCompany
    private let title: String?
    private let email: String?
    private let previousEmail: String?
    private let contactID: String?
    private let listID: String?
    private let tags: [String]
    /// When exactly the contact joined; nil where nothing says it.
    private let subscribedAt: Timestamp?
    /// What stands in for it on a new Lead.
    private let occurredAt: Timestamp

    init(_ input: PlanningInput, policy: SyncPolicy, org: OrgFields) {
        let details = input.details
        self.policy = policy
        self.org = org
        name = NameParser(unknownLastName: policy.unknownLastName).parse(details.name)
        company = CompanyRule.company(of: details, email: input.email, policy: policy)
        title = CustomFields.value(of: policy.titleField, in: details.customFields)
        // A cut address would be somebody else's.
        email = input.email.flatMap { $0.utf16.count <= TextLimit.email ? $0 : nil }
        previousEmail = input.payload.previousEmail.flatMap(Person.init(email:))?.email
        contactID = input.knownContactID
        listID = (input.listID ?? details.listID).flatMap { $0.utf16.count <= TextLimit.listID ? $0 : nil }
        tags = details.tags ?? []
        subscribedAt = details.createdOn ?? (input.action == .subscribe ? input.payload.providerTime : nil)
        occurredAt = input.occurredAt
    }

    /// Everything, with placeholders for what Salesforce requires.
    func created(isOptedOut: Bool) -> FieldSet {
        var fields = FieldSet(.lead, org)
        fields.set("Salutation", name.salutation)
        fields.set("FirstName", name.firstName ?? policy.namePlaceholder)
        fields.set("LastName", name.lastName)
        fields.set("Email", email)
        fields.set("Company", company.value)
        fields.set("Title", title)
        fields.set("LeadSource", policy.leadSource)
        fields.set("Status", policy.status)
        fields.set(policy.fields.listID, listID)
        fields.set(policy.fields.tags, tags: tags)
        fields.set(policy.fields.subscriptionDate, subscribedAt ?? occurredAt)
        if isOptedOut { fields.setOptedOut() }
        return fields
    }

    /// What a subscribe or a change tells a Lead that exists: no placeholder, and nothing that only a new Lead gets.
    func updated(_ lead: SalesforceRecord, isOwn: Bool, mayStamp: Bool = true) -> FieldSet {
        var fields = FieldSet(.lead, org)
        if nameImproves(lead) { setName(in: &fields) }
        if isOwn || hasOurAddress(lead) { fields.set("Email", email) }
        if !company.isFallback { fields.set("Company", company.value) }
        fields.set("Title", title)
        fields.set(policy.fields.listID, listID)
        fields.set(policy.fields.tags, tags: tagsFor(lead))
        fields.set(policy.fields.subscriptionDate, subscribedAt)
        if !isOwn, mayStamp, hasOurAddress(lead), lead.isKnownEmpty(policy.fields.contactID) {
            fields.set(policy.fields.contactID, contactID)
        }
        return fields
    }

    /// What a fetched profile adds to a Lead that exists: it replaces only what stood in for something unknown, and what
    /// only GetResponse knows.
    func enriched(_ lead: SalesforceRecord) -> FieldSet {
        var fields = FieldSet(.lead, org)
        if !name.isPlaceholder, hasNoName(lead) { setName(in: &fields) }
        if lead.isKnownEmpty("Email") { fields.set("Email", email) }
        if !company.isFallback, hasNoCompany(lead) { fields.set("Company", company.value) }
        fields.set("Title", title)
        if lead.isKnownEmpty(policy.fields.listID) { fields.set(policy.fields.listID, listID) }
        fields.set(policy.fields.tags, tags: tagsFor(lead))
        fields.set(policy.fields.subscriptionDate, subscribedAt)
        return fields
    }

    /// What a Contact lacks and we know; a Contact is sales' own record, so nothing in it is replaced.
    func gaps(of contact: SalesforceRecord) -> FieldSet {
        var fields = FieldSet(.contact, org)
        let isSameLastName = contact.fields["LastName"]?.string?.lowercased() == name.lastName.lowercased()
        if contact.isKnownEmpty("FirstName"), isSameLastName { fields.set("FirstName", name.firstName) }
        if contact.isKnownEmpty("Title") { fields.set("Title", title) }
        return fields
    }

    private func setName(in fields: inout FieldSet) {
        fields.set("Salutation", name.salutation)
        fields.set("FirstName", name.firstName)
        fields.set("LastName", name.lastName)
    }

    /// Whether this name may replace the Lead's: a single name would only garble one in two parts (`Jane Doe` and then
    /// `jane` is `Jane jane`, since nothing is cleared).
    private func nameImproves(_ lead: SalesforceRecord) -> Bool {
        guard !name.isPlaceholder else { return false }
        guard name.firstName == nil, let held = lead.fields["FirstName"] else { return true }
        return held.isEmpty || hasNoName(lead)
    }

    /// Whether a Lead that is not ours by its id is by its address: the present one, the one before, or none yet.
    private func hasOurAddress(_ lead: SalesforceRecord) -> Bool {
        guard let held = lead.address else { return lead.isKnownEmpty("Email") }
        return [email.flatMap(Person.init(email:))?.email, previousEmail].contains(held)
    }

    private func hasNoName(_ lead: SalesforceRecord) -> Bool {
        lead.isKnownEmpty("LastName")
            || lead.fields["LastName"]?.string?.lowercased() == policy.unknownLastName.lowercased()
    }

    private func hasNoCompany(_ lead: SalesforceRecord) -> Bool {
        guard let held = lead.fields["Company"] else { return false }
        let standIns = [email, lead.fields["Email"]?.string, nil].map {
            CompanyRule.fallback(email: $0, policy: policy)
        }
        return held.isEmpty || standIns.contains { $0.lowercased() == held.string?.lowercased() }
    }

    /// The contact's tags; on a Lead that stands for another contact of the same person, beside that one's.
    private func tagsFor(_ lead: SalesforceRecord) -> [String] {
        guard lead.belongsToOtherContact(than: contactID, field: policy.fields.contactID), !tags.isEmpty else {
            return tags
        }
        return TagsRule.tags(in: lead.fields[policy.fields.tags]?.string) + tags
    }
}

extension SalesforceRecord {
    /// The normalised address.
    fileprivate var address: String? {
        fields["Email"]?.string.flatMap(Person.init(email:))?.email
    }

    /// Whether the record is stamped with the id of another contact: a person has one for each list.
    func belongsToOtherContact(than contactID: String?, field: String) -> Bool {
        guard let held = fields[field], !held.isEmpty else { return false }
        return held.string != contactID
    }
}
