import AsyncHTTPClient
import Foundation
import NIOCore
import NIOFoundationCompat
import NIOHTTP1

/// GetResponse's side of the demo: it posts callbacks as the real one does.
struct DemoIngest: Sendable {
    struct NotReady: Error, CustomStringConvertible {
        var description: String { "Ingest did not become ready; see ingest.log." }
    }

    struct NotAcknowledged: Error, CustomStringConvertible {
        var status: UInt
        var description: String { "Ingest answered \(status) to a callback." }
    }

    let url: String
    let token: String
    let client: HTTPClient

    func waitUntilReady() async throws {
        for _ in 0..<200 {
            let answer = try? await client.execute(HTTPClientRequest(url: url + "/readyz"), timeout: .seconds(2))
            if answer?.status == .ok { return }
            try await Task.sleep(for: .milliseconds(50))
        }
        throw NotReady()
    }

    /// Everybody registers at once; in the middle of it some unsubscribe.
    ///
    /// Every fourth of them is so quick that no Lead exists yet: the opt-out is remembered, and the Lead is created opted
    /// out. The others unsubscribe once their record is there.
    func send(_ spike: DemoSpike, sandbox: DemoSandbox) async throws {
        let middle = spike.people.count / 2
        let leaving = spike.optOutIndexes.map { spike.people[$0] }
        let indexes = Set(spike.optOutIndexes)
        // Who unsubscribes has registered before.
        try await inParallel(leaving) { try await register($0, in: spike) }
        let hasty = leaving.enumerated().filter { $0.offset % 4 == 3 }.map(\.element)
        try await inParallel(hasty) { try await unsubscribe($0) }
        let others = spike.people.filter { !indexes.contains($0.index) }
        try await inParallel(others.filter { $0.index < middle }) { try await register($0, in: spike) }
        let patient = leaving.enumerated().filter { $0.offset % 4 != 3 }.map(\.element)
        try await waitForRecords(of: patient, sandbox: sandbox)
        try await inParallel(patient) { try await unsubscribe($0) }
        try await inParallel(others.filter { $0.index >= middle }) { try await register($0, in: spike) }
    }

    private func waitForRecords(of people: [DemoSpike.Person], sandbox: DemoSandbox) async throws {
        let addresses = Set(people.map(\.email))
        for _ in 0..<200 {
            let rows = try await sandbox.rows("Lead", client: client) + sandbox.rows("Contact", client: client)
            if addresses.isSubset(of: rows.compactMap { $0["Email"] as? String }) { return }
            try await Task.sleep(for: .milliseconds(100))
        }
    }

    private func register(_ person: DemoSpike.Person, in spike: DemoSpike) async throws {
        let now = Date().ISO8601Format()
        switch spike.shape(of: person) {
        case .guide:
            var contact: [String: Any] = [
                "contactId": person.contactID, "email": person.email,
                "campaign": ["campaignId": DemoSpike.listID, "name": DemoSpike.listName],
                "createdOn": now.replacing("Z", with: "+0000"),
                "tags": [["tagId": "t1", "name": "webinar_registrant"]],
                "customFields": person.customFields.map { ["name": $0.key, "value": $0.value] },
            ]
            if let name = person.name { contact["name"] = name }
            try await post(["action": "subscribe", "contact": contact])
        case .query:
            try await get(action: "subscribe", person)
        case .webhook:
            let contact: [String: Any] = [
                "contactId": person.contactID, "email": person.email, "name": person.name ?? NSNull(),
                "campaign": ["campaignId": DemoSpike.listID, "name": DemoSpike.listName],
            ]
            try await post(
                [
                    "type": "contact_added", "contact": contact, "account": ["accountId": "acc1"],
                    "event": ["occurredAt": now.replacing("Z", with: "+00:00")],
                ],
                webhookID: UUID().uuidString
            )
        }
    }

    private func unsubscribe(_ person: DemoSpike.Person) async throws {
        try await get(action: "unsubscribe", person)
    }

    private func get(action: String, _ person: DemoSpike.Person) async throws {
        var components = URLComponents()
        components.queryItems = [
            URLQueryItem(name: "action", value: action), URLQueryItem(name: "ACCOUNT_ID", value: "acc1"),
            URLQueryItem(name: "CAMPAIGN_ID", value: DemoSpike.listID),
            URLQueryItem(name: "campaign_name", value: DemoSpike.listName),
            URLQueryItem(name: "CONTACT_ID", value: person.contactID),
            URLQueryItem(name: "contact_email", value: person.email),
        ]
        if let name = person.name { components.queryItems?.append(URLQueryItem(name: "contact_name", value: name)) }
        try await send(HTTPClientRequest(url: "\(callbackURL)?\(components.percentEncodedQuery ?? "")"))
    }

    private func post(_ body: [String: Any], webhookID: String? = nil) async throws {
        var request = HTTPClientRequest(url: callbackURL)
        request.method = .POST
        request.headers.add(name: "Content-Type", value: "application/json")
        if let webhookID { request.headers.add(name: "X-Webhook-ID", value: webhookID) }
        request.body = .bytes(ByteBuffer(data: try JSONSerialization.data(withJSONObject: body)))
        try await send(request)
    }

    private var callbackURL: String { "\(url)/webhooks/getresponse/\(token)" }

    private func send(_ request: HTTPClientRequest) async throws {
        let response = try await client.execute(request, timeout: .seconds(10))
        guard response.status == .ok else { throw NotAcknowledged(status: response.status.code) }
        _ = try await response.body.collect(upTo: 1 << 16)
    }

    /// Sixteen at a time, as a busy sender would.
    private func inParallel(
        _ people: [DemoSpike.Person],
        _ body: @escaping @Sendable (DemoSpike.Person) async throws -> Void
    ) async throws {
        try await withThrowingTaskGroup { group in
            var iterator = people.makeIterator()
            for _ in 0..<16 {
                guard let person = iterator.next() else { break }
                group.addTask { try await body(person) }
            }
            while try await group.next() != nil {
                guard let person = iterator.next() else { continue }
                group.addTask { try await body(person) }
            }
        }
    }
}
