import Model
import Planning
import Testing

/// How many opens and clicks become Tasks.
@Suite struct TaskLimits {
    private func planner(_ change: (inout TaskPolicy) -> Void = { _ in }) -> Planner {
        var policy = SyncPolicy()
        change(&policy.tasks)
        return Planner(policy: policy)
    }

    private func input(
        _ action: Action = .open,
        message: EventPayload.Message? = EventPayload.Message(id: "m1", name: "June news"),
        link: String = "l1",
        at text: String = "2026-04-27T12:56:00Z",
        told: Bool = false,
        tasksOfDay: Int = 0
    ) -> PlanningInput {
        var input = PlanningInput.event(
            action,
            EventPayload(
                contact: .jane,
                message: message,
                link: action == .click ? EventPayload.Link(id: link) : nil,
                providerTime: Timestamp(text: text)
            ),
            records: SalesforceRecords(leads: [.ownLead()])
        )
        input.engagementKey = "event:\(text)"
        input.isToldAlready = told
        input.tasksOfDay = tasksOfDay
        return input
    }

    private func kinds(_ plan: Plan) -> [EffectKind] { plan.effects.map(\.kind) }

    @Test func opensOfOneMessageAreOneTaskWhenever() {
        let planner = planner()
        let later = input(at: "2026-06-01T08:00:00Z")
        #expect(planner.taskKey(of: input()) == planner.taskKey(of: later))
        #expect(planner.taskKey(of: input()) != planner.taskKey(of: input(message: .init(id: "m2"))))
        let all = self.planner { $0.opens = .every }
        #expect(all.taskKey(of: input()) != all.taskKey(of: later))
        var other = later
        other.person = Person(email: "eve@x.example")
        #expect(planner.taskKey(of: input()) != planner.taskKey(of: other))
    }

    /// What can't be told from another one must not swallow it.
    @Test func openWithoutAMessageOrAPersonIsNotOneTaskForEver() {
        let planner = planner()
        for change in [{ $0.payload.message = nil }, { $0.person = nil }] as [(inout PlanningInput) -> Void] {
            var (first, second) = (input(), input(at: "2026-06-01T08:00:00Z"))
            change(&first)
            change(&second)
            #expect(!planner.isOneTask(first))
            #expect(planner.taskKey(of: first) != planner.taskKey(of: second))
        }
    }

    @Test func clicksAreEachATaskUnlessTheSettingSaysOncePerLink() {
        let later = input(.click, at: "2026-06-01T08:00:00Z")
        #expect(planner().taskKey(of: input(.click)) != planner().taskKey(of: later))
        let once = planner { $0.clicks = .perLink }
        #expect(once.taskKey(of: input(.click)) == once.taskKey(of: later))
        #expect(once.taskKey(of: input(.click)) != once.taskKey(of: input(.click, link: "l2")))
    }

    @Test func withoutTasksTheLastOpenStillMoves() {
        let none = planner {
            $0.opens = .none
            $0.clicks = .none
        }
        let open = none.plan(input())
        #expect(kinds(open) == [.leadUpdate] && open.outcome == .applied)
        #expect(open.note == "sync.tasks.opens is none: it gets no Task.")
        let click = none.plan(input(.click))
        #expect(
            click.effects.isEmpty && click.outcome == .ignored(reason: "sync.tasks.clicks is none: it gets no Task.")
        )
    }

    @Test(arguments: [(19, true), (20, false), (21, false)])
    func beyondTheDaysLimitTheLastOpenStillMoves(tasksOfDay: Int, hasTask: Bool) {
        let open = planner().plan(input(tasksOfDay: tasksOfDay))
        #expect(kinds(open) == (hasTask ? [.leadUpdate, .taskCreate] : [.leadUpdate]))
        #expect(open.outcome == .applied)
        let reason =
            "The person has \(tasksOfDay) Tasks of 2026-04-27 already, the most that sync.tasks.dailyLimit allows: it gets "
            + "none."
        #expect(open.note == (hasTask ? nil : reason))
        let click = planner().plan(input(.click, tasksOfDay: tasksOfDay))
        #expect(kinds(click) == (hasTask ? [.taskCreate] : []))
        #expect(click.outcome == (hasTask ? .applied : .ignored(reason: reason)))
        #expect(kinds(planner { $0.dailyLimit = 0 }.plan(input(.click, tasksOfDay: tasksOfDay))) == [.taskCreate])
    }

    @Test func toldOpenHasItsTaskAndIsApplied() {
        let plan = planner().plan(input(told: true, tasksOfDay: 30))
        #expect(kinds(plan) == [.leadUpdate] && plan.outcome == .applied)
        #expect(plan.note == "It has its Task from an earlier telling.")
    }

    /// What is planned together is counted as if each had been written in turn.
    @Test func groupKeepsTheLimitOfEachDayAndOneTaskAMessage() {
        let planner = planner { $0.dailyLimit = 3 }
        let inputs = [
            input(at: "2026-04-27T10:00:00Z", tasksOfDay: 1), input(at: "2026-04-27T10:01:00Z", tasksOfDay: 1),
            input(.click, at: "2026-04-27T10:02:00Z", tasksOfDay: 1),
            input(.click, at: "2026-04-27T10:03:00Z", tasksOfDay: 1), input(at: "2026-04-27T10:04:00Z", tasksOfDay: 1),
            input(.click, at: "2026-04-28T00:00:00Z"),
        ]
        let group = planner.plan(group: inputs)
        let tasks = group.effects.filter { $0.intent.kind == .taskCreate }
        #expect(tasks.map(\.members) == [[0, 1, 4], [2], [5]])
        #expect(group.plans.map { $0.note != nil } == [false, false, false, true, false, false])
        #expect(group.plans.count == 6 && group.plans[3].outcome != .applied)
        let lead = group.effects.first { $0.intent.kind == .leadUpdate }
        #expect(lead?.intent.fields == ["GetResponse_Last_Email_Opened__c": "2026-04-27T10:04:00Z"])
    }

    @Test func mappingVersionFollowsTheSettings() {
        var versions: Set<String> = []
        for change in [{ _ in }, { $0.opens = .every }, { $0.clicks = .none }, { $0.dailyLimit = 5 }]
            as [(inout TaskPolicy) -> Void]
        {
            versions.insert(planner(change).policy.version)
        }
        #expect(versions.count == 4)
    }
}
