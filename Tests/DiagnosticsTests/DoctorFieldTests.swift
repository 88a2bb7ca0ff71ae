import Diagnostics
import Model
import Planning
import Sandbox
import Testing

/// What `doctor` says of each field that LeadRelay uses, when it is missing, hidden, read-only, too short or no proper key.
@Suite(.timeLimit(.minutes(1))) struct DoctorFieldTests {
    static let expectations = FieldExpectation.all(SalesforceFieldNames())
    static let writable = expectations.filter { $0.use != .read }
    static let lengthy = expectations.filter { $0.length > 0 }
    static let keys = expectations.filter(\.isKey)

    @Test func everyFieldThatIsPlannedWithIsExpected() {
        let planner = Planner(policy: SyncPolicy())
        for (object, names) in [
            (SalesforceObject.lead, planner.leadFields), (.contact, planner.contactFields),
        ] {
            for name in names {
                #expect(Self.expectations.contains { $0.object == object && $0.name == name }, "\(object) \(name)")
            }
        }
        let names = SalesforceFieldNames()
        for name in [names.lastUnsubscribeDate, names.score, names.eventKey] {
            #expect(Self.expectations.contains { $0.name == name && $0.isOptional })
        }
    }

    @Test(arguments: expectations, [true, false])
    func missingOrHiddenField(expectation: FieldExpectation, isHidden: Bool) async throws {
        try await DoctorOrg.with { org in
            let object = expectation.object.rawValue
            if isHidden {
                org.salesforce.hideField(object, expectation.name)
            } else {
                org.salesforce.deleteField(object, expectation.name)
            }
            let troubles = await org.troubles()
            let trouble = try #require(troubles.first)
            #expect(troubles.count == 1 && trouble.check == "salesforce.field.\(expectation.fullName)")
            #expect(trouble.verdict == (expectation.isOptional ? .warning : .failed))
            #expect(trouble.finding.hasPrefix("The app's user sees no field \(expectation.fullName)"))
            #expect(trouble.finding.contains("no opt-out can be written") == expectation.isOptOut)
            #expect(
                trouble.remedy
                    == (expectation.name.hasSuffix("__c")
                        ? "Deploy deploy/salesforce, which has the field, and assign its permission set to the user; if your "
                            + "field has another name, set salesforce.fields."
                        : "Assign the permission set of deploy/salesforce to the user, or make the field visible and editable "
                            + "in its field-level security.")
            )
        }
    }

    @Test(arguments: writable)
    func readOnlyField(expectation: FieldExpectation) async throws {
        try await DoctorOrg.with { org in
            org.salesforce.makeReadOnly(expectation.object.rawValue, expectation.name)
            let troubles = await org.troubles()
            #expect(troubles.map(\.check) == ["salesforce.field.\(expectation.fullName)"])
            #expect(troubles.first?.verdict == (expectation.isOptional ? .warning : .failed))
            #expect(
                troubles.first?.remedy
                    == "Assign the permission set of deploy/salesforce to the user, or tick Edit in the field-level security "
                    + "of \(expectation.fullName)."
            )
        }
    }

    @Test(arguments: lengthy)
    func fieldTooShort(expectation: FieldExpectation) async throws {
        try await DoctorOrg.with { org in
            let length = expectation.length - 1
            org.salesforce.setLength(expectation.object.rawValue, expectation.name, to: length)
            #expect(
                await org.troubles() == [
                    Finding(
                        check: "salesforce.field.\(expectation.fullName)",
                        verdict: .failed,
                        finding: "\(expectation.fullName) takes \(length) characters and LeadRelay sends up to "
                            + "\(expectation.length), which refuses the whole record.",
                        remedy:
                            "Lengthen \(expectation.fullName) to \(expectation.length) characters or more in Setup, "
                            + "Object Manager."
                    )
                ]
            )
        }
    }

    @Test(arguments: keys)
    func keyThatIsNoProperOne(expectation: FieldExpectation) async throws {
        let name = expectation.fullName
        let sentence = "\"Treat ABC and abc as different values (case sensitive)\""
        let faults: [(isExternalID: Bool, isUnique: Bool, isCaseSensitive: Bool, remedy: String)] = [
            (false, false, false, "Tick External ID on \(name) in Setup, Object Manager."),
            (true, false, false, "Tick Unique on \(name), and there \(sentence)."),
            (true, true, false, "Choose \(sentence) on \(name)."),
        ]
        try await DoctorOrg.with { org in
            for fault in faults {
                org.salesforce.setKey(
                    expectation.object.rawValue,
                    expectation.name,
                    isExternalID: fault.isExternalID,
                    isUnique: fault.isUnique,
                    isCaseSensitive: fault.isCaseSensitive
                )
                let troubles = await org.troubles()
                #expect(troubles.map(\.verdict) == [.failed] && troubles.map(\.remedy) == [fault.remedy])
            }
        }
    }

    @Test(arguments: [
        (SalesforceObject.lead, "its profile Read, Create and Edit on Lead"),
        (.contact, "its profile Read and Edit on Contact"),
        (.task, "it the permissions \"Access Activities\" and \"Edit Tasks\""),
    ])
    func noEditRight(object: SalesforceObject, rights: String) async throws {
        try await DoctorOrg.with { org in
            for access in [ObjectAccess.readOnly, .hidden] {
                org.salesforce.setAccess(access, to: object.rawValue)
                let troubles = await org.troubles()
                #expect(troubles.map(\.check) == ["salesforce.object.\(object.rawValue)"])
                #expect(troubles.map(\.verdict) == [.failed])
                #expect(
                    troubles.first?.remedy
                        == "Assign the permission set of deploy/salesforce to the user, or give \(rights)."
                )
            }
        }
    }

    @Test func fieldThatTheOrgItselfRequires() async throws {
        try await DoctorOrg.with { org in
            org.salesforce.makeRequired("Lead", "Industry")
            #expect(
                await org.troubles() == [
                    Finding(
                        check: "salesforce.field.Lead.Industry",
                        verdict: .failed,
                        finding:
                            "The org requires Lead.Industry, which LeadRelay does not fill: each new record is refused.",
                        remedy:
                            "Give Lead.Industry a default value, or make it optional and demand it on the page layout."
                    )
                ]
            )
        }
    }

    @Test func ownNamesAreLookedFor() async throws {
        try await DoctorOrg.with { org in
            var fields = SalesforceFieldNames()
            fields.tags = "Labels__c"
            let troubles = await org.troubles(fields: fields)
            #expect(troubles.map(\.check) == ["salesforce.field.Lead.Labels__c"])
        }
    }
}

extension FieldExpectation: CustomTestStringConvertible {
    package var testDescription: String { fullName }
}
