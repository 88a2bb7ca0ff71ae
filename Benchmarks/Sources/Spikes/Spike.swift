import Foundation
import Journal
import Model
import Sandbox
import Worker

/// Many registrations on one list within a minute, and people who leave in the middle of it.
struct Spike {
    /// What the callbacks say of those who register.
    enum Callbacks: String, CaseIterable {
        /// Everything that is mapped.
        case whole
        /// All but the date of joining, which a page of the list carries.
        case listed
        /// Name and address: custom fields and tags are on no page.
        case thin

        var title: String {
            switch self {
            case .whole: "carry all fields"
            case .listed: "a list page has the rest"
            case .thin: "one fetch each"
            }
        }
    }

    /// Something that arrives.
    struct Arrival {
        var at: Duration
        var number: Int
        var isUnsubscribe: Bool
    }

    static let listID = "p86zQ"

    var registrations: Int
    var hourlyCap: Int
    var callbacks: Callbacks
    var length: Duration = .seconds(60)
    /// Of people whose Leads are there from before, evenly over the middle third.
    var unsubscribes = 100
    /// How long each API takes to answer.
    var latency: Duration = .milliseconds(200)
    /// The setting `worker.concurrency`, by default the product's own default.
    var concurrency = WorkerConfiguration(owner: "spikes").concurrency

    /// Evenly spread, in the order of time.
    var arrivals: [Arrival] {
        let joining = (0..<registrations).map { number in
            Arrival(at: length * number / max(1, registrations - 1), number: number, isUnsubscribe: false)
        }
        let leaving = (0..<unsubscribes).map { number in
            Arrival(at: length / 3 + length / 3 * number / unsubscribes, number: number, isUnsubscribe: true)
        }
        return (joining + leaving).sorted { $0.at < $1.at }
    }

    func contactID(_ arrival: Arrival) -> String {
        arrival.isUnsubscribe ? "u\(arrival.number)" : "c\(arrival.number)"
    }

    func email(_ arrival: Arrival) -> String {
        "\(contactID(arrival))@example.com"
    }

    func company(_ arrival: Arrival) -> String { "Company \(arrival.number)" }

    /// The registrant as GetResponse knows them.
    func contact(_ arrival: Arrival, now: Int64) -> GetResponseContact {
        GetResponseContact(
            id: contactID(arrival),
            email: email(arrival),
            name: "Ann Lee",
            listID: Self.listID,
            createdOn: now,
            tags: ["webinar"],
            customFields: [(name: "company", values: [company(arrival)])]
        )
    }

    /// The delivery as ingest appends it.
    func callback(_ arrival: Arrival, now: Int64) -> NewCallback {
        let receivedAt = Timestamp(milliseconds: now)
        guard !arrival.isUnsubscribe, callbacks != .thin else {
            let action = arrival.isUnsubscribe ? "unsubscribe" : "subscribe"
            let address = email(arrival).replacing("@", with: "%40")
            return NewCallback(
                receivedAt: receivedAt,
                source: .getresponse,
                method: "GET",
                query: "action=\(action)&ACCOUNT_ID=A1&CAMPAIGN_ID=\(Self.listID)&campaign_name=webinar"
                    + "&CONTACT_ID=\(contactID(arrival))&contact_name=Ann%20Lee&contact_email=\(address)&contact_origin=www"
            )
        }
        let date = callbacks == .whole ? #""createdOn":"\#(receivedAt.iso8601)","# : ""
        let body = """
            {"action":"subscribe","contact":{"contactId":"\(contactID(arrival))","email":"\(email(arrival))",\(date)
            "name":"Ann Lee","campaign":{"campaignId":"\(Self.listID)","name":"webinar"},
            "tags":[{"tagId":"t1","name":"webinar"}],
            "customFields":[{"customFieldId":"f1","name":"company","value":["\(company(arrival))"]}]}}
            """
        return NewCallback(
            receivedAt: receivedAt,
            source: .getresponse,
            method: "POST",
            contentType: "application/json",
            body: Data(body.utf8)
        )
    }
}
