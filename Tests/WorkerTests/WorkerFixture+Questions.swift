import Journal
import Model
import Sandbox

extension WorkerFixture {
    /// Appends deliveries as ingest does.
    func tell(_ callbacks: NewCallback...) async throws {
        _ = try await journal.append(callbacks)
    }

    func tell(_ callbacks: [NewCallback]) async throws {
        _ = try await journal.append(callbacks)
    }

    /// All events in the order of their ids.
    func events() async throws -> [EventView] {
        var events: [EventView] = []
        while let event = try await EventView(Int64(events.count + 1), in: journal) { events.append(event) }
        return events
    }

    /// The first event of this action and, where they are named, this contact or address.
    func event(_ action: String, contact: String? = nil, person: String? = nil) async throws -> EventView? {
        try await events().first { event in
            event.action == action && (contact == nil || event.contactID == contact)
                && (person == nil || event.person == person)
        }
    }

    /// Waits until the first such event satisfies `condition`, and returns it.
    @discardableResult
    func eventually(
        _ action: String,
        contact: String? = nil,
        person: String? = nil,
        _ condition: (EventView) -> Bool = { $0.state == "completed" }
    ) async throws -> EventView {
        var found: EventView?
        try await eventually("\(action) of \(contact ?? person ?? "anybody")") {
            guard let event = try await event(action, contact: contact, person: person), condition(event) else {
                return false
            }
            found = event
            return true
        }
        guard let found else { throw NotInTime(description: action) }
        return found
    }

    /// Waits for a condition; a failure tells what the journal holds.
    func eventually(_ what: String, _ condition: () async throws -> Bool) async throws {
        try await WorkerTests.eventually(
            what,
            details: { try await events().map(\.description).joined(separator: "\n") },
            condition
        )
    }

    /// Waits until nothing is available, running, due or held, whatever waits for a profile.
    func eventuallyDrained() async throws {
        try await eventually("drained") {
            guard try await journal.reader.isDrained(horizon: .max) else { return false }
            return try await events().allSatisfy { $0.event["held_by"].text == nil }
        }
    }

    /// The names of the pauses that are set.
    func pauses() async throws -> [String] {
        try await journal.reader.pauses().map(\.subject.name)
    }

    func lead(_ contactID: String) -> SalesforceRow? {
        sandbox.salesforce.rows("Lead").first { $0["GetResponse_Contact_ID__c"].string == contactID }
    }

    /// The requests for contacts' details that reached GetResponse.
    var fetches: [LoggedRequest] {
        sandbox.getResponse.requests.all.filter { $0.path.contains("/contacts/") }
    }

    /// The requests that reached Salesforce with this method and this part of the path.
    func requests(_ method: String, _ path: String, body: String = "") -> [LoggedRequest] {
        sandbox.salesforce.requests.all.filter {
            $0.method == method && $0.path.contains(path) && (body.isEmpty || $0.body.contains(body))
        }
    }

    /// A Lead as LeadRelay made it earlier.
    @discardableResult
    func insertLead(_ contactID: String?, _ email: String, _ more: [String: JSON] = [:]) throws -> String {
        var values: [String: JSON] = ["LastName": "Doe", "Company": "Acme", "Email": .string(email)]
        if let contactID { values["GetResponse_Contact_ID__c"] = .string(contactID) }
        return try sandbox.salesforce.insert("Lead", values.merging(more) { $1 })
    }

    @discardableResult
    func insertContact(_ email: String) throws -> String {
        try sandbox.salesforce.insert("Contact", ["LastName": "Doe", "Email": .string(email)])
    }

    /// Whether the record with this id says that nobody may mail it.
    func isOptedOut(_ recordID: String) -> Bool {
        sandbox.salesforce.row(recordID)?["HasOptedOutOfEmail"].bool ?? false
    }
}
