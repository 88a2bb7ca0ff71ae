import Model
import Planning
import TestSupport
import Testing

/// Several events of one person in the fewest writes.
@Suite("Plans for several events together", .timeLimit(.minutes(1)))
struct GroupPlanTests {
    private let planner = Planner(policy: SyncPolicy())

    private func click(_ message: String) -> PlanningInput {
        let payload = EventPayload(
            contact: .jane,
            message: EventPayload.Message(id: message, name: message, subject: nil),
            link: EventPayload.Link(id: "l", name: nil, url: "https://example.com/\(message)")
        )
        return .event(.click, payload)
    }

    private func open(_ message: String, at seconds: Int) -> PlanningInput {
        let payload = EventPayload(
            contact: .jane,
            message: EventPayload.Message(id: message, name: message, subject: nil)
        )
        var input = PlanningInput.event(.open, payload)
        input.occurredAt = .receipt.advanced(by: .seconds(seconds))
        return input
    }

    private func tag(_ tag: String) -> PlanningInput {
        var contact = ContactDetails.jane
        contact.tags = nil
        return .event(.tagApplied, EventPayload(contact: contact, tag: tag))
    }

    private func of(_ records: SalesforceRecords, _ inputs: PlanningInput...) -> [PlanningInput] {
        inputs.map { input in
            var input = input
            input.records = records
            return input
        }
    }

    @Test func tagsAndOpensOfOnePersonAreOneUpdateAndATaskEach() {
        let records = SalesforceRecords(leads: [.ownLead()])
        let group = planner.plan(
            group: of(records, tag("a"), tag("demo_watched"), open("m1", at: 1), open("m2", at: 2), click("m2"))
        )
        #expect(group.plans.count == 5)
        let writes = group.effects.filter { $0.intent.kind != .taskCreate }
        #expect(writes.map(\.members) == [[0, 1, 2, 3]])
        let fields = writes.first?.intent.fields
        #expect(fields?["GetResponse_Tags__c"] == "a, demo_watched")
        #expect(fields?["Rating"] == "Hot")
        #expect(
            fields?["GetResponse_Last_Email_Opened__c"]?.string == Timestamp.receipt.advanced(by: .seconds(2)).iso8601
        )
        #expect(group.effects.filter { $0.intent.kind == .taskCreate }.map(\.members) == [[2], [3], [4]])
    }

    @Test func newPersonsEventsShareTheOneUpsert() {
        let group = planner.plan(group: of(SalesforceRecords(), .subscribe(), tag("demo_watched"), tag("b")))
        #expect(group.plans.map(\.outcome) == [.applied, .applied, .applied])
        #expect(group.effects.count == 1)
        #expect(group.effects.first?.intent.kind == .leadUpsert)
        #expect(group.effects.first?.intent.fields["Rating"] == "Hot")
        #expect(group.effects.first?.intent.fields["GetResponse_Tags__c"] == "webinar_registrant, demo_watched, b")
    }

    @Test func taskOfALeadThatIsOnlyBeingMadeWaitsForItsId() {
        let group = planner.plan(group: of(SalesforceRecords(), .subscribe(), tag("b"), click("m"), tag("c")))
        #expect(group.plans.count == 2)
        #expect(!group.effects.contains { $0.intent.kind == .taskCreate })
    }

    @Test func optOutIsNeverShared() {
        let records = SalesforceRecords(leads: [.ownLead()])
        let optOut = PlanningInput.event(.unsubscribe, EventPayload(contact: .jane))
        let alone = planner.plan(group: of(records, optOut, tag("a")))
        #expect(alone.plans.count == 1)
        #expect(alone.effects.map(\.intent) == planner.plan(of(records, optOut)[0]).effects, "flag and date stay apart")
        #expect(planner.plan(group: of(records, tag("a"), optOut)).plans.count == 1)
    }

    @Test func whoHasNoRecordIsLeftAlone() {
        #expect(planner.plan(group: of(SalesforceRecords(), tag("a"), tag("b"))).plans.count == 1)
    }

    /// Whatever comes together ends as it would have one after the other, in at most one write a record.
    @Test(arguments: UInt64(1)...40)
    func endsLikeOneAfterTheOther(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<100 {
            let records = [
                SalesforceRecords(), SalesforceRecords(leads: [.ownLead()]),
                SalesforceRecords(leads: [.lead("00Q000000000005AAA", ["Email": "jane.doe@acme.example"])]),
                SalesforceRecords(contacts: [.contact("003000000000001AAA", ["Email": "jane.doe@acme.example"])]),
            ].randomElement(using: &generator)
            let inputs = (0..<Int.random(in: 1...6, using: &generator)).map { number -> PlanningInput in
                var input: PlanningInput
                switch Int.random(in: 0..<4, using: &generator) {
                case 0:
                    var contact = ContactDetails.jane
                    contact.name = ["Jane Doe", "Janet Roe", nil].randomElement(using: &generator) ?? nil
                    contact.customFields = ["job_title": ["Title \(number)"]]
                    input = .subscribe(contact)
                case 1: input = tag(["a", "b", "demo_watched"].randomElement(using: &generator) ?? "a")
                case 2: input = open("m\(number)", at: Int.random(in: -5...5, using: &generator))
                default: input = click("m\(number)")
                }
                input.records = records ?? SalesforceRecords()
                return input
            }
            let group = planner.plan(group: inputs)
            var inTurn = inputs[0].records
            var tasks: [[String: FieldValue]] = []
            for input in inputs.prefix(group.plans.count) {
                var input = input
                input.records = inTurn
                let effects = planner.plan(input).effects
                inTurn = inTurn.applying(effects)
                tasks += effects.filter { $0.kind == .taskCreate }.map(\.fields)
            }
            let intents = group.effects.map(\.intent)
            #expect(inputs[0].records.applying(intents) == inTurn, "seed \(seed)")
            #expect(intents.filter { $0.kind == .taskCreate }.map(\.fields) == tasks, "seed \(seed)")
            let targets = intents.filter { $0.kind != .taskCreate }.map(\.target)
            #expect(Set(targets).count == targets.count && targets.count <= 2, "seed \(seed): \(targets)")
        }
    }
}
