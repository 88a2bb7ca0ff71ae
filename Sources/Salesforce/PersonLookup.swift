package import Model

/// The people of a whole batch, to be looked for at once.
package struct PersonLookup: Hashable, Sendable {
    /// The Lead's external id field.
    package var keyField: String
    /// External ids of Leads.
    package var keys: [String]
    /// Addresses of Leads and Contacts; Salesforce compares them without regard to case.
    package var emails: [String]
    /// Ids of Contacts, as those of converted Leads.
    package var contactIDs: [String]
    /// The fields to read of each Lead, beside the id.
    package var leadFields: [String]
    /// The fields to read of each Contact, beside the id.
    package var contactFields: [String]

    package init(
        keyField: String,
        keys: [String] = [],
        emails: [String] = [],
        contactIDs: [String] = [],
        leadFields: [String],
        contactFields: [String]
    ) {
        self.keyField = keyField
        self.keys = keys
        self.emails = emails
        self.contactIDs = contactIDs
        self.leadFields = leadFields
        self.contactFields = contactFields
    }
}

/// What was found, question by question.
///
/// A question that fails leaves the others be: a field that is hidden on Contact says nothing of the Leads. Its error's
/// `missingField` names the field to leave out of the next try. One that was not asked has found nobody.
package struct PersonLookupAnswer: Hashable, Sendable {
    /// Records in the order of their ids, or why there is no saying.
    package typealias Found = Result<[SalesforceRecord], SalesforceError>

    /// Leads whose external id is one of the keys, converted ones included.
    package var leadsByKey: Found = .success([])
    /// Leads with one of the addresses, converted ones included.
    package var leadsByEmail: Found = .success([])
    /// Contacts with one of the addresses.
    package var contactsByEmail: Found = .success([])
    /// Contacts with one of the ids.
    package var contactsByID: Found = .success([])

    package init() {}
}

/// One query of a lookup, and where its rows belong.
struct PersonQuery {
    let object: SalesforceObject
    let question: PersonLookupAnswer.Question
    let soql: String
}

extension PersonLookup {
    /// Salesforce takes statements of 100,000 characters; less leaves room for what it counts otherwise.
    static let longestStatement = 90_000
    /// Salesforce takes literals of 4,000 characters.
    ///
    /// What is longer is on no record: an external id has at most 255.
    static let longestLiteral = 4000

    /// The queries that ask for these people: three, or four with Contacts by id, unless a list is too long for one statement.
    var queries: [PersonQuery] {
        queries(.lead, .leadsByKey, leadFields, keyField, keys)
            + queries(.lead, .leadsByEmail, leadFields, "Email", emails)
            + queries(.contact, .contactsByEmail, contactFields, "Email", emails)
            + queries(.contact, .contactsByID, contactFields, "Id", contactIDs)
    }

    private func queries(
        _ object: SalesforceObject,
        _ question: PersonLookupAnswer.Question,
        _ fields: [String],
        _ field: String,
        _ values: [String]
    ) -> [PersonQuery] {
        var seen: Set<String> = ["id"]
        let names = ["Id"] + fields.filter { seen.insert($0.lowercased()).inserted }
        let head = "SELECT \(names.joined(separator: ", ")) FROM \(object.rawValue) WHERE \(field) IN ("
        var statements: [String] = []
        var list = ""
        for value in Set(values).sorted() where !value.isEmpty && value.utf16.count <= Self.longestLiteral {
            let literal = SOQL.literal(value)
            if !list.isEmpty, head.utf8.count + list.utf8.count + literal.utf8.count > Self.longestStatement {
                statements.append(head + list + ")")
                list = ""
            }
            list += list.isEmpty ? literal : "," + literal
        }
        if !list.isEmpty { statements.append(head + list + ")") }
        return statements.map { PersonQuery(object: object, question: question, soql: $0) }
    }
}

extension PersonLookupAnswer {
    enum Question {
        case leadsByKey
        case leadsByEmail
        case contactsByEmail
        case contactsByID
    }

    /// Adds what one query found; the first failure of a question stays.
    mutating func add(_ found: Found, to question: Question) {
        switch question {
        case .leadsByKey: leadsByKey = Self.joined(leadsByKey, found)
        case .leadsByEmail: leadsByEmail = Self.joined(leadsByEmail, found)
        case .contactsByEmail: contactsByEmail = Self.joined(contactsByEmail, found)
        case .contactsByID: contactsByID = Self.joined(contactsByID, found)
        }
    }

    private static func joined(_ earlier: Found, _ more: Found) -> Found {
        earlier.flatMap { records in
            more.map { (records + $0).sorted { $0.id < $1.id } }
        }
    }
}
