import Model

/// What one person's records in Salesforce are to be: the rules of the guide and of the design, as plainly as they can be said.
///
/// It shares nothing with the planner. An event is applied to the records as they are, once, and nothing ever fails.
struct HistoryReference {
    struct Record: Hashable {
        var object: String
        /// The id in Salesforce; nil for a Lead that the history makes.
        var id: String?
        /// What the mapping owns, by API name; what is missing is empty.
        var fields: [String: String]
        var isConverted = false
        /// The place of the Contact that the Lead was converted into.
        var contact: Int?

        var contactID: String? { fields["GetResponse_Contact_ID__c"] }
    }

    /// An open or click that had a record to be logged at.
    struct Engagement: Hashable {
        var number: Int
        var subject: String
        var email: String?
        var receivedAt: Int64
        var record: Int
    }

    /// Leads and Contacts in the order of their ids, which is that of their making.
    private(set) var records: [Record]
    private(set) var engagements: [Engagement] = []
    /// The status of the campaign's member that the person is; nil where the person is none.
    private(set) var memberStatus: String?

    init(records: [Record]) {
        self.records = records
    }

    /// Applies an event.
    ///
    /// - Parameters:
    ///   - event: What was told; for an enrichment, the subscribe that asked for it.
    ///   - number: Which of all that happened it is; one open or click is logged once, however often it is applied.
    ///   - occurredAt: When it happened, by rule 3.
    ///   - receivedAt: When it was received.
    ///   - profile: What GetResponse answered, for an enrichment.
    mutating func apply(
        _ event: Told,
        number: Int,
        occurredAt: Int64,
        receivedAt: Int64,
        profile: History.Profile? = nil
    ) {
        if event.isOptOut { return optOut(at: occurredAt) }
        let target = target(of: event.contactID)
        if target != nil || event.action == .subscribe { join(event, profile: profile) }
        switch event.action {
        case .subscribe, .customFieldChanged, .emailChanged:
            if let profile {
                if let target { enrich(target, with: event, profile) }
            } else if let target {
                tell(target, event, occurredAt: occurredAt)
            } else if event.action == .subscribe {
                create(event, occurredAt: occurredAt)
            }
        case .tagApplied:
            guard let target, records[target].object == "Lead", let tag = event.tag else { return }
            set(target, "GetResponse_Tags__c", joined(tags(of: target) + [tag]))
            if ["pricing_page_visited", "demo_watched", "free_trial_started"].contains(tag) {
                set(target, "Rating", "Hot")
            }
        case .open, .click:
            guard let target else { return }
            let email = event.email?.lowercased()
            if !engagements.contains(where: { $0.number == number }) {
                engagements.append(
                    Engagement(
                        number: number,
                        subject: event.subject,
                        email: email,
                        receivedAt: receivedAt,
                        record: target
                    )
                )
            }
            let last = records[target].fields["GetResponse_Last_Email_Opened__c"].flatMap { Timestamp(text: $0) }
            if event.action == .open, records[target].object == "Lead", (last?.milliseconds ?? 0) < occurredAt {
                set(target, "GetResponse_Last_Email_Opened__c", text(occurredAt))
            }
        default: break
        }
    }

    /// Joining the first list registers; having watched the demo is attending, and there is no way back.
    private mutating func join(_ event: Told, profile: History.Profile?) {
        let tags = event.action == .subscribe ? profile?.tags ?? event.tags ?? [] : []
        if tags.contains("demo_watched") || (event.action == .tagApplied && event.tag == "demo_watched") {
            memberStatus = "Attended"
        } else if event.action == .subscribe, profile == nil, event.listID == "L1" {
            memberStatus = memberStatus ?? "Registered"
        }
    }

    /// The record that an event is for: the contact's own Lead, the Contact that one was converted into, another Lead of the
    /// person, a Contact of the person; the first of several.
    private func target(of contactID: String?) -> Int? {
        let leads = records.indices.filter { records[$0].object == "Lead" }
        let own = leads.filter { contactID != nil && records[$0].contactID == contactID }
        return own.first { !records[$0].isConverted }
            ?? own.compactMap { records[$0].contact }.first
            ?? leads.first { !records[$0].isConverted }
            ?? records.indices.first { records[$0].object == "Contact" }
    }

    /// What a callback says replaces what was there; what it does not say stays.
    private mutating func tell(_ place: Int, _ event: Told, occurredAt: Int64) {
        let record = records[place]
        guard record.object == "Lead" else { return fillGaps(place, name: event.name, title: event.title) }
        let isOwn = event.contactID != nil && record.contactID == event.contactID
        let held = record.fields["Email"]?.lowercased()
        let isOurs = held == nil || held == event.email?.lowercased() || held == event.previousEmail?.lowercased()
        setName(place, event.name)
        if isOwn || isOurs { set(place, "Email", event.email) }
        set(place, "Company", event.company)
        set(place, "Title", event.title)
        set(place, "GetResponse_List_ID__c", event.listID)
        setTags(place, event.tags ?? [], of: event)
        set(place, "GetResponse_Subscription_Date__c", subscription(event).map(text))
        if isOurs, record.contactID == nil { set(place, "GetResponse_Contact_ID__c", event.contactID) }
    }

    private mutating func create(_ event: Told, occurredAt: Int64) {
        records.append(Record(object: "Lead", fields: [:]))
        let place = records.count - 1
        set(place, "LastName", "Unknown")
        setName(place, event.name)
        set(place, "Company", event.company ?? domain(of: event.email))
        set(place, "Title", event.title)
        set(place, "Email", event.email)
        set(place, "LeadSource", "Email Marketing")
        set(place, "Status", "Open - Not Contacted")
        set(place, "GetResponse_Contact_ID__c", event.contactID)
        set(place, "GetResponse_List_ID__c", event.listID)
        set(place, "GetResponse_Tags__c", joined(event.tags ?? []))
        set(place, "GetResponse_Subscription_Date__c", text(subscription(event) ?? occurredAt))
    }

    /// What a profile says is added: it replaces no name, company or address that was known.
    private mutating func enrich(_ place: Int, with event: Told, _ profile: History.Profile) {
        let record = records[place]
        let name = profile.name ?? event.name
        let title = profile.title
        guard record.object == "Lead" else { return fillGaps(place, name: name, title: title) }
        if record.fields["LastName"] == "Unknown" { setName(place, name) }
        if record.fields["Email"] == nil { set(place, "Email", event.email) }
        let standIns = [domain(of: event.email), domain(of: record.fields["Email"]), "Unknown"]
        if standIns.contains(record.fields["Company"]) { set(place, "Company", profile.company) }
        set(place, "Title", title)
        if record.fields["GetResponse_List_ID__c"] == nil { set(place, "GetResponse_List_ID__c", event.listID) }
        setTags(place, profile.tags, of: event)
        set(place, "GetResponse_Subscription_Date__c", text(profile.createdOn))
    }

    /// A Contact is sales' own: nothing that is there is replaced.
    private mutating func fillGaps(_ place: Int, name: String?, title: String?) {
        let words = name?.split(separator: " ").map(String.init) ?? []
        if records[place].fields["FirstName"] == nil, words.count == 2, records[place].fields["LastName"] == words[1] {
            set(place, "FirstName", words[0])
        }
        if records[place].fields["Title"] == nil { set(place, "Title", title) }
    }

    /// Marks every record of the person but converted Leads, which stand for their Contacts.
    ///
    /// That `HasOptedOutOfEmail` stays set for ever is not said here: it does not depend on any order.
    private mutating func optOut(at time: Int64) {
        for place in records.indices where !records[place].isConverted {
            if records[place].object == "Lead" { set(place, "Status", "Unsubscribed") }
            set(place, "Last_Unsubscribe_Date__c", text(time))
        }
    }

    private mutating func set(_ place: Int, _ field: String, _ value: String?) {
        if let value, !value.isEmpty { records[place].fields[field] = value }
    }

    private mutating func setName(_ place: Int, _ name: String?) {
        guard let words = name?.split(separator: " ").map(String.init), words.count == 2 else { return }
        set(place, "FirstName", words[0])
        set(place, "LastName", words[1])
    }

    /// When the contact joined, where that is said.
    private func subscription(_ event: Told) -> Int64? {
        event.createdOn ?? (event.action == .subscribe ? event.occurredAt : nil)
    }

    private func tags(of place: Int) -> [String] {
        records[place].fields["GetResponse_Tags__c"]?.split(separator: ",").map { String($0.trimmingPrefix(" ")) } ?? []
    }

    /// The contact's tags replace those that are there, unless these are another contact's of the person.
    private mutating func setTags(_ place: Int, _ tags: [String], of event: Told) {
        guard !tags.isEmpty else { return }
        let isOthers = records[place].contactID.map { $0 != event.contactID } ?? false
        set(place, "GetResponse_Tags__c", joined((isOthers ? self.tags(of: place) : []) + tags))
    }

    private func joined(_ tags: [String]) -> String {
        var seen: Set<String> = []
        return tags.filter { seen.insert($0).inserted }.joined(separator: ", ")
    }

    private func domain(of email: String?) -> String? {
        email?.split(separator: "@").last.map { $0.lowercased() }
    }

    private func text(_ time: Int64) -> String { Timestamp(milliseconds: time - time % 1000).iso8601 }
}

extension Told {
    /// The subject of the Task.
    var subject: String {
        let name = message.map { "News \($0)" } ?? ""
        return action == .click ? "Email Click: \(name) — https://example.com/\(link ?? "")" : "Email Open: \(name)"
    }
}
