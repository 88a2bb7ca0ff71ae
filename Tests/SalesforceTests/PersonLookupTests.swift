import Model
import Salesforce
import Sandbox
import TestSupport
import Testing

/// Who is already there, for a whole batch in one call.
@Suite(.timeLimit(.minutes(1))) struct PersonLookupTests {
    private static let key = "GetResponse_Contact_ID__c"

    private static func lookup(
        keys: [String] = [],
        emails: [String] = [],
        contactIDs: [String] = []
    ) -> PersonLookup {
        PersonLookup(
            keyField: key,
            keys: keys,
            emails: emails,
            contactIDs: contactIDs,
            leadFields: ["Email", "IsConverted", "ConvertedContactId", "HasOptedOutOfEmail", key],
            contactFields: ["Email", "HasOptedOutOfEmail"]
        )
    }

    @Test func leadsAndContactsOfTwoHundredPeopleAreFoundInOneCall() async throws {
        try await withSandbox { org in
            let keyed = try org.insertLead([Self.key: "pV3r", "Email": "old@example.com"])
            let addressed = try org.insertLead(["Email": "O'Brien@Example.com"])
            let converted = try org.insertLead(["Email": "gone@example.com"])
            let contact = try org.salesforce.convertLead(converted)
            let plain = try org.salesforce.insert("Contact", ["LastName": "C", "Email": "c@example.com"])
            _ = try org.insertLead([Self.key: "PV3R", "Email": "somebody-else@example.com"])
            let others = (0..<200).map { "person.with.a.long.address.\($0)@subdomain.example.com" }
            let found = try await org.client.lookUp(
                Self.lookup(
                    keys: ["pV3r", "k'\\"] + (0..<200).map { "key\($0)" },
                    emails: ["o'brien@example.com", "gone@example.com", "c@example.com"] + others,
                    contactIDs: [plain]
                )
            )
            #expect(try found.leadsByKey.get().map(\.id) == [keyed])
            #expect(try found.leadsByEmail.get().map(\.id) == [addressed, converted].sorted())
            #expect(try found.leadsByEmail.get().first { $0.id == converted }?.isConverted == true)
            #expect(try found.leadsByEmail.get().first { $0.id == converted }?.convertedContactID == contact)
            #expect(try found.contactsByEmail.get().map(\.id) == [contact, plain].sorted())
            #expect(try found.contactsByID.get().map(\.id) == [plain])
            #expect(try found.leadsByKey.get().first?.hasOptedOut == false)
            #expect(org.salesforce.requestCount == 1)
        }
    }

    @Test func textsAreAskedForAsTheyAre() async throws {
        var configuration = SandboxConfiguration()
        configuration.salesforce.escapesComposites = true
        try await withSandbox(configuration) { org in
            _ = try org.insertLead(["Email": "o'brien@example.com", "Company": "A & B"])
            var lookup = Self.lookup(emails: ["o'brien@example.com"])
            lookup.leadFields.append("Company")
            let lead = try await org.client.lookUp(lookup).leadsByEmail.get().first
            #expect(lead?.fields["Email"] == "o'brien@example.com" && lead?.fields["Company"] == "A & B")
        }
    }

    @Test func hiddenFieldStopsItsOwnQuestionsAlone() async throws {
        try await withSandbox { org in
            _ = try org.insertLead(["Email": "a@example.com"])
            org.salesforce.hideField("Contact", "HasOptedOutOfEmail")
            let found = try await org.client.lookUp(Self.lookup(keys: ["k"], emails: ["a@example.com"]))
            #expect(try found.leadsByEmail.get().count == 1)
            guard case .failure(let error) = found.contactsByEmail else {
                Issue.record("the field is hidden")
                return
            }
            #expect(error.missingField == "HasOptedOutOfEmail")
            #expect(try found.contactsByID.get().isEmpty, "nobody asked")
        }
    }

    @Test func nobodyCostsNoCall() async throws {
        try await withSandbox { org in
            let longer = String(repeating: "x", count: 4001)
            let found = try await org.client.lookUp(Self.lookup(keys: ["", longer]))
            #expect(found == PersonLookupAnswer() && org.salesforce.requestCount == 0)
        }
    }

    @Test func listsTooLongForOneStatementAreSplit() async throws {
        try await withSandbox { org in
            let emails = (0..<5000).map { "person.with.a.long.address.\($0)@subdomain.example.com" }
            _ = try org.insertLead(["Email": .string(emails[7])])
            _ = try org.insertLead(["Email": .string(emails[4990])])
            let found = try await org.client.lookUp(Self.lookup(emails: emails))
            #expect(try found.leadsByEmail.get().count == 2)
            #expect(org.salesforce.requestCount == 2, "eight statements in two composites")
        }
    }

    @Test func refusalOfTheWholeIsThrown() async throws {
        try await withOrg(
            .always(.answer(403, body: faults("REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.")))
        ) {
            org in
            await #expect(throws: SalesforceError.self) { try await org.client.lookUp(Self.lookup(keys: ["k"])) }
        }
    }
}
