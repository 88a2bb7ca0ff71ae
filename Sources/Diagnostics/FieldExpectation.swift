package import Model

/// What LeadRelay expects of one field of the org.
package struct FieldExpectation: Hashable, Sendable {
    /// What the field is used for.
    package enum Use: Hashable, Sendable {
        /// It is read alone.
        case read
        /// New records alone get it.
        case create
        /// Records that exist get it.
        case update
        /// New records get it, and those that exist.
        case write
    }

    package var object: SalesforceObject
    /// The API name, as it is set.
    package var name: String
    package var use: Use
    /// The longest text that is sent, in characters; 0 where no length matters.
    package var length: Int
    /// Whether records are found by it: an external id, unique and case-sensitive.
    package var isKey: Bool
    /// Whether LeadRelay does without it where the org has none.
    package var isOptional: Bool

    package init(
        _ object: SalesforceObject,
        _ name: String,
        _ use: Use,
        length: Int = 0,
        isKey: Bool = false,
        isOptional: Bool = false
    ) {
        self.object = object
        self.name = name
        self.use = use
        self.length = length
        self.isKey = isKey
        self.isOptional = isOptional
    }

    /// `Lead.Title`.
    package var fullName: String { "\(object.rawValue).\(name)" }

    /// Whether without it no opt-out can be written to the object.
    package var isOptOut: Bool { name == "HasOptedOutOfEmail" }
}

extension FieldExpectation {
    /// Every field that LeadRelay reads or writes, with the lengths by which it cuts what it sends.
    ///
    /// - Parameters:
    ///   - names: The org's names of the custom fields.
    ///   - withMembers: Whether people are put into campaigns; an org that does not use campaigns hides them all.
    /// - Returns: The expectations, by object.
    package static func all(_ names: SalesforceFieldNames, withMembers: Bool = false) -> [FieldExpectation] {
        lead(names) + contact + task(names) + (withMembers ? member : [])
    }

    private static let member = [
        FieldExpectation(.campaignMember, "CampaignId", .create),
        FieldExpectation(.campaignMember, "LeadId", .create),
        FieldExpectation(.campaignMember, "ContactId", .create),
        FieldExpectation(.campaignMember, "Status", .write),
    ]

    private static func lead(_ names: SalesforceFieldNames) -> [FieldExpectation] {
        [
            FieldExpectation(.lead, names.contactID, .write, length: 50, isKey: true),
            FieldExpectation(.lead, names.listID, .write, length: 50),
            FieldExpectation(.lead, names.tags, .write, length: 255),
            FieldExpectation(.lead, names.subscriptionDate, .write),
            FieldExpectation(.lead, names.lastEmailOpened, .write),
            FieldExpectation(.lead, names.lastUnsubscribeDate, .write, isOptional: true),
            FieldExpectation(.lead, names.score, .write, isOptional: true),
            FieldExpectation(.lead, "HasOptedOutOfEmail", .write),
            FieldExpectation(.lead, "Email", .write, length: 80),
            FieldExpectation(.lead, "Salutation", .write),
            FieldExpectation(.lead, "FirstName", .write, length: 40),
            FieldExpectation(.lead, "LastName", .write, length: 80),
            FieldExpectation(.lead, "Company", .write, length: 255),
            FieldExpectation(.lead, "Title", .write, length: 128),
            FieldExpectation(.lead, "LeadSource", .write),
            FieldExpectation(.lead, "Status", .write),
            FieldExpectation(.lead, "Rating", .write),
            FieldExpectation(.lead, "IsConverted", .read),
            FieldExpectation(.lead, "ConvertedContactId", .read),
        ]
    }

    private static let contact = [
        FieldExpectation(.contact, "HasOptedOutOfEmail", .update),
        FieldExpectation(.contact, "Email", .read),
        FieldExpectation(.contact, "FirstName", .update, length: 40),
        FieldExpectation(.contact, "LastName", .read),
        FieldExpectation(.contact, "Title", .update, length: 128),
    ]

    private static func task(_ names: SalesforceFieldNames) -> [FieldExpectation] {
        [
            FieldExpectation(.task, names.eventKey, .write, length: 40, isKey: true, isOptional: true),
            FieldExpectation(.task, "WhoId", .write),
            FieldExpectation(.task, "Subject", .write, length: 255),
            FieldExpectation(.task, "Status", .write),
            FieldExpectation(.task, "Priority", .write),
            FieldExpectation(.task, "ActivityDate", .write),
            FieldExpectation(.task, "Description", .write, length: 32_000),
        ]
    }
}
