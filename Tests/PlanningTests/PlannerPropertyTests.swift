import Model
import Planning
import TestSupport
import Testing

/// What holds of every plan, over random people and records; the seed is the test's argument.
@Suite(.timeLimit(.minutes(1))) struct EveryPlan {
    @Test(arguments: 1...10 as ClosedRange<UInt64>)
    func keepsTheRulesOfWriting(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<300 {
            let input = randomInput(using: &generator)
            let planner = Planner(policy: randomPolicy(using: &generator))
            let plan = planner.plan(input)
            #expect(planner.plan(input) == plan)
            if !planner.concerns(input.action, reason: input.payload.reason) {
                #expect(plan.effects.isEmpty && !plan.recordsOptOut && !plan.needsEnrichment)
            }
            let converted = Set(input.records.leads.filter(\.isConverted).map(\.id))
            for effect in plan.effects {
                #expect(!effect.fields.isEmpty)
                #expect(!effect.fields.values.contains { $0 == .null || $0.isEmpty }, "nothing is cleared")
                #expect([nil, true].contains(effect.fields["HasOptedOutOfEmail"]), "an opt-out is never taken back")
                if effect.kind.isOptOut { #expect(effect.fields == ["HasOptedOutOfEmail": true]) }
                if case .record(let id) = effect.target { #expect(!converted.contains(id), "converted Leads are dead") }
                if case .externalID(let field, _) = effect.target { #expect(effect.fields[field] == nil) }
            }
            #expect(Set(plan.effects.map(\.keySuffix)).count == plan.effects.count)
            if plan.outcome != .applied { #expect(plan.effects.isEmpty || input.isOptedOut) }
        }
    }

    @Test(arguments: 1...10 as ClosedRange<UInt64>)
    func hasNothingLeftToDoOnceItIsWritten(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<300 {
            var input = randomInput(using: &generator)
            guard input.contactID != nil, ![Action.unsubscribe, .removed].contains(input.action) else { continue }
            let planner = Planner(policy: randomPolicy(using: &generator))
            input.records = input.records.applying(planner.plan(input).effects)
            let again = planner.plan(input).effects.filter { $0.kind != .taskCreate }
            #expect(again.isEmpty, "\(input) left \(again)")
        }
    }

    @Test(arguments: 1...10 as ClosedRange<UInt64>)
    func reachesEveryRecordOfSomebodyWhoOptsOut(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<300 {
            var input = randomInput(using: &generator)
            input.action = .unsubscribe
            let plan = Planner(policy: SyncPolicy()).plan(input)
            let written = Set(
                plan.effects.filter(\.kind.isOptOut).compactMap { effect -> String? in
                    guard case .record(let id) = effect.target else { return nil }
                    return id
                }
            )
            let expected =
                input.records.leads.filter { !$0.isConverted }.map(\.id) + input.records.contacts.map(\.id)
                + input.records.leads.filter(\.isConverted).compactMap(\.convertedContactID)
            #expect(written == Set(expected))
            #expect(plan.outcome == (expected.isEmpty ? .unknownPerson : .applied))
            #expect(plan.recordsOptOut)
        }
    }

    private func randomPolicy(using generator: inout SeededGenerator) -> SyncPolicy {
        var policy = SyncPolicy()
        policy.existingContact = generator.pick(ExistingContactPolicy.allCases)
        policy.namePlaceholder = generator.pick([nil, "Unknown"])
        policy.fields.lastUnsubscribeDate = generator.pick(["Last_Unsubscribe_Date__c", ""])
        return policy
    }

    private func randomInput(using generator: inout SeededGenerator) -> PlanningInput {
        let payload = EventPayload(
            contact: randomDetails(using: &generator),
            message: generator.pick([nil, EventPayload.Message(id: "m", name: "June")]),
            link: generator.pick([nil, EventPayload.Link(id: "l", url: "https://x.example")]),
            tag: generator.pick([nil, "demo_watched", "other"]),
            previousEmail: generator.pick([nil, "old@acme.example"]),
            reason: generator.pick([nil, "bounce", "complaint"])
        )
        let action = generator.pick([
            Action.subscribe, .subscribe, .unsubscribe, .removed, .open, .click, .tagApplied, .emailChanged,
            .customFieldChanged, .enrich, Action(rawValue: "goal"),
        ])
        let profile = Bool.random(using: &generator) ? randomDetails(using: &generator) : nil
        var input = PlanningInput.event(
            action,
            payload,
            records: randomRecords(using: &generator),
            profile: profile,
            isOptedOut: Bool.random(using: &generator)
        )
        input.contactID = payload.contact.contactID
        return input
    }

    private func randomDetails(using generator: inout SeededGenerator) -> ContactDetails {
        let email = generator.pick([nil, "jane@acme.example", " Jane@Acme.example "])
        return ContactDetails(
            contactID: email == nil ? "c1" : generator.pick([nil, "c1"]),
            email: email,
            name: generator.pick([nil, "", "Jane Doe", "Madonna", "Dr. Jane van der Berg", "Unknown", " , "]),
            listID: generator.pick([nil, "L1", "L2"]),
            createdOn: generator.pick([nil, Timestamp(milliseconds: 1_700_000_000_123)]),
            tags: generator.pick([nil, [], ["a", "b"], ["demo_watched"]]),
            customFields: generator.pick([nil, [:], ["company": ["Acme"]], ["company": [""], "job_title": ["CTO"]]])
        )
    }

    private func randomRecords(using generator: inout SeededGenerator) -> SalesforceRecords {
        var leads: [SalesforceRecord] = []
        var contacts: [SalesforceRecord] = []
        for index in 0..<Int.random(in: 0...3, using: &generator) {
            let isConverted = Int.random(in: 0..<3, using: &generator) == 0
            leads.append(
                .lead(
                    "00Q\(index)",
                    [
                        "GetResponse_Contact_ID__c": generator.pick([.null, "c1", "c2"]),
                        "Email": generator.pick(["jane@acme.example", "old@acme.example", .null]),
                        "FirstName": generator.pick([.null, "Jane"]),
                        "LastName": generator.pick(["Unknown", "Doe"]),
                        "Company": generator.pick(["acme.example", "Acme", "Unknown"]),
                        "GetResponse_Tags__c": generator.pick([.null, "a", "x, y"]),
                        "HasOptedOutOfEmail": .bool(Bool.random(using: &generator)),
                        "IsConverted": .bool(isConverted),
                        "ConvertedContactId": isConverted ? generator.pick([.null, "0030", "0039"]) : .null,
                    ]
                )
            )
        }
        for index in 0..<Int.random(in: 0...2, using: &generator) {
            contacts.append(
                .contact(
                    "003\(index)",
                    [
                        "FirstName": generator.pick([.null, "J."]),
                        "Title": generator.pick([.null, "CEO"]),
                        "HasOptedOutOfEmail": .bool(Bool.random(using: &generator)),
                    ]
                )
            )
        }
        return SalesforceRecords(leads: leads, contacts: contacts)
    }
}
