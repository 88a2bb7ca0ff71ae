import Foundation

/// The people of the demo's webinar, and the callbacks that tell of them.
struct DemoSpike: Sendable {
    static let listID = "webQ2"
    static let listName = "Webinar Q2"

    /// Somebody who registers.
    struct Person: Sendable {
        var index: Int
        var contactID: String
        var email: String
        var name: String?
        var company: String?
        var title: String?
    }

    /// In which of GetResponse's shapes a registration is told.
    enum Shape {
        /// The guide's JSON, which carries everything: no request to GetResponse is needed.
        case guide
        /// The real query-string callback, which lacks custom fields and tags.
        case query
        /// The real JSON webhook.
        case webhook
    }

    let people: [Person]
    /// The people who unsubscribe, by index.
    let optOutIndexes: [Int]

    init(registrations: Int, optOuts: Int) {
        let first = ["Jane", "Omar", "Mei", "Lukas", "Aisha", "Tomás", "Ingrid", "Kofi", "Yuki", "Elena"]
        let last = [
            "Doe", "van der Berg", "Nowak", "García", "O'Brien", "Schmidt", "Okafor", "Tanaka", "Rossi", "Lund",
        ]
        let companies = ["Acme Corporation", "Northwind", "Globex", "Initech", "Umbrella"]
        people = (0..<registrations).map { index in
            let name = "\(first[index % 10]) \(last[index / 10 % 10])"
            let hasCompany = index % 11 != 3
            return Person(
                index: index,
                contactID: "demo\(String(index, radix: 36))Q",
                email: "person\(index)@\(hasCompany ? "customer\(index % 40).example" : "mail.example")",
                name: index % 29 == 7 ? nil : name,
                company: hasCompany ? companies[index % 5] : nil,
                title: hasCompany ? "Head of Team \(index % 7)" : nil
            )
        }
        let step = registrations / optOuts
        optOutIndexes = (0..<optOuts).map { $0 * step }
    }

    /// People whose Lead was converted before: their Contact must hear of the opt-out.
    var converted: [Person] { optOutIndexes.prefix(2).map { people[$0] } }

    /// Contacts who share the address of somebody who unsubscribes.
    var knownContacts: [[String: Any]] {
        optOutIndexes.dropFirst(2).prefix(2).map { index in
            ["LastName": "Known \(index)", "Email": people[index].email]
        }
    }

    /// Everybody but those whom Salesforce knows as Contacts gets a Lead.
    var expectedNewLeads: Int { people.count - converted.count - knownContacts.count }

    func shape(of person: Person) -> Shape {
        switch person.index % 10 {
        case 0..<6: .guide
        case 6..<9: .query
        default: .webhook
        }
    }
}

extension DemoSpike.Person {
    /// As the sandbox's GetResponse keeps the contact.
    var getResponseContact: [String: Any] {
        var contact: [String: Any] = [
            "contactId": contactID, "email": email, "listId": DemoSpike.listID, "origin": "webinar",
            "tags": ["webinar_registrant"], "customFields": customFields,
        ]
        if let name { contact["name"] = name }
        return contact
    }

    var customFields: [String: [String]] {
        var fields: [String: [String]] = [:]
        if let company { fields["company"] = [company] }
        if let title { fields["job_title"] = [title] }
        return fields
    }

    /// As a Lead of an earlier time.
    var lead: [String: Any] {
        ["LastName": name ?? "Unknown", "Company": company ?? "Unknown", "Email": email]
    }
}
