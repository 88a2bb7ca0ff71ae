import Model

/// Which opens and clicks become Tasks, and under which key.
extension Planner {
    /// Whether the open or click is one Task for ever, whenever and however often it is told.
    ///
    /// What can't be told from another one, for want of a person, a message or a link, is not.
    package func isOneTask(_ input: PlanningInput) -> Bool {
        guard policy.tasks.frequency(of: input.action) == .once, input.person != nil,
            let message = input.payload.message,
            message.id ?? message.name ?? message.subject != nil
        else { return false }
        guard input.action == .click else { return true }
        return input.payload.link.map { $0.id ?? $0.url ?? $0.name } != nil
    }

    /// The key of the Task of an open or click.
    ///
    /// Two tellings of one click share the key of the first, and so end as one Task; the same click later has a key of its
    /// own, unless it is one Task for ever.
    package func taskKey(of input: PlanningInput) -> String {
        let own = EngagementKey.key(action: input.action, person: input.person, payload: input.payload)
        guard !isOneTask(input) else { return StableHash.hexadecimal(of: ["task", own, "once"], digits: 40) }
        let alone: [String?] = [input.knownContactID, String(input.occurredAt.milliseconds)]
        let telling = input.engagementKey.map { [$0] } ?? alone
        // What was opened or clicked is part of the key, so that an event id which a new journal gives out again does not
        // find the Task of another person.
        return StableHash.hexadecimal(of: ["task", own] + telling, digits: 40)
    }

    /// Why an open or click gets no Task; nil where it gets one.
    func reasonAgainstTask(_ input: PlanningInput) -> String? {
        let kind = input.action == .click ? "clicks" : "opens"
        if policy.tasks.frequency(of: input.action) == .never { return "sync.tasks.\(kind) is none: it gets no Task." }
        // By its key it would be found anyway; an org without the key field has nothing but this.
        if input.isToldAlready { return "It has its Task from an earlier telling." }
        let limit = policy.tasks.dailyLimit
        guard limit > 0, input.tasksOfDay >= limit else { return nil }
        return
            "The person has \(input.tasksOfDay.counted("Task")) of \(input.occurredAt.isoDate) already, the most that "
            + "sync.tasks.dailyLimit allows: it gets none."
    }
}

/// The Tasks that a group of events makes, by day.
struct PlannedTasks {
    private var keys: [String: Set<String>] = [:]

    /// Counts those that the events before have planned, as if they were written.
    func count(into input: inout PlanningInput, key: String) {
        guard let planned = keys[input.occurredAt.isoDate] else { return }
        // What is planned already is joined, and makes no further Task.
        input.tasksOfDay = planned.contains(key) ? 0 : input.tasksOfDay + planned.count
    }

    mutating func add(_ effect: EffectIntent) {
        guard effect.object == .task, case .externalID(_, let key) = effect.target,
            let day = effect.fields["ActivityDate"]?.string
        else { return }
        keys[day, default: []].insert(key)
    }
}
