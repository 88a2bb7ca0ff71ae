package import Model

/// The changes that several events of one person ask for together.
package struct GroupPlan: Hashable, Sendable {
    /// A change, and the places of the events that ask for it; it is keyed by the first of them.
    package struct SharedEffect: Hashable, Sendable {
        package var intent: EffectIntent
        package var members: [Int]
    }

    /// One for each event that is taken together with the first, in order.
    package var plans: [Plan]
    /// In the order in which they are sent.
    package var effects: [SharedEffect]
}

extension Planner {
    /// Plans events of one person as if each were carried out in turn, in the fewest writes.
    ///
    /// That is one write a record, with the last value of each field; each open and click still is a Task of its own, as far as it is to be one. It stops
    /// before the first event that can't be told without sending what comes before it. An opt-out is never shared.
    ///
    /// - Parameter inputs: At least one, in the order in which the events are applied, all with what Salesforce holds now.
    /// - Returns: The plans of the first event and of as many that follow as can share its writes.
    package func plan(group inputs: [PlanningInput]) -> GroupPlan {
        var group = GroupPlan(plans: [], effects: [])
        guard var records = inputs.first?.records else { return group }
        var writes: [String: Int] = [:]
        var tasks = PlannedTasks()
        for (member, input) in inputs.enumerated() {
            var input = input
            input.records = records
            if [.open, .click].contains(input.action) { tasks.count(into: &input, key: taskKey(of: input)) }
            let plan = plan(input)
            guard member == 0 || plan.canBeShared else { break }
            group.plans.append(plan)
            guard plan.canBeShared else {
                // The flag of an opt-out, or of one that is taken back, stays alone in its write, so that nothing else can get it refused.
                group.effects = plan.effects.map { GroupPlan.SharedEffect(intent: $0, members: [member]) }
                break
            }
            for effect in plan.effects {
                tasks.add(effect)
                // The same record may be named by its id and by its external id: its changes belong into one write.
                let record = effect.taskKey ?? records.apply(effect, contactIDField: policy.fields.contactID)
                if effect.taskKey != nil, let record, let place = writes[record] {
                    // A second telling of an open or click has nothing to add to the first one's Task.
                    group.join(member, place)
                } else if let record, let place = writes[record] {
                    group.merge(effect, of: member, into: place)
                } else {
                    if let record { writes[record] = group.effects.count }
                    group.effects.append(GroupPlan.SharedEffect(intent: effect, members: [member]))
                }
            }
        }
        return group
    }
}

extension Plan {
    /// Whether another event's changes may go together with these.
    fileprivate var canBeShared: Bool {
        switch outcome {
        case .applied, .ignored: break
        case .noTarget, .unknownPerson, .otherLists: return false
        }
        return effects.allSatisfy { effect in
            !effect.kind.isOptOut && !effect.kind.isOptIn && !effect.isBestEffort && effect.target != .new
                && effect.fields["WhoId"]?.string != SalesforceRecords.pendingID
        }
    }
}

extension EffectIntent {
    /// What tells a Task from others in a plan; nil for anything else.
    fileprivate var taskKey: String? {
        guard object == .task, case .externalID(_, let value) = target else { return nil }
        return "task:\(value)"
    }
}

extension GroupPlan {
    fileprivate mutating func join(_ member: Int, _ place: Int) {
        if effects[place].members.last != member { effects[place].members.append(member) }
    }

    fileprivate mutating func merge(_ effect: EffectIntent, of member: Int, into place: Int) {
        effects[place].intent.fields.merge(effect.fields) { _, later in later }
        effects[place].intent.shortened.formUnion(effect.shortened)
        // What was sent in the same write was not held before.
        effects[place].intent.before.merge(effect.before) { first, _ in first }
        join(member, place)
    }
}

extension SalesforceRecords {
    /// Stands for the id of a Lead that a planned write will make.
    static let pendingID = "pending"

    /// Lets the records hold what they will once the change is written.
    ///
    /// - Returns: The id of the record that it changes; nil where it makes one of its own, such as a Task.
    fileprivate mutating func apply(_ effect: EffectIntent, contactIDField: String) -> String? {
        switch (effect.object, effect.target) {
        case (.lead, .record(let id)):
            return leads.write(effect.fields) { $0.id.isSameRecord(as: id) }
        case (.contact, .record(let id)):
            return contacts.write(effect.fields) { $0.id.isSameRecord(as: id) }
        case (.lead, .externalID(let field, let value)):
            let known = leads.write(effect.fields) {
                $0.fields[contactIDField]?.string == value && !$0.isConverted
            }
            if let known { return known }
            var fields = effect.fields
            fields[field] = .string(value)
            leads.append(SalesforceRecord(object: .lead, id: Self.pendingID, fields: fields))
            return Self.pendingID
        case (.lead, .new), (.contact, _), (.task, _), (.campaignMember, _):
            return nil
        }
    }
}

extension [SalesforceRecord] {
    fileprivate mutating func write(
        _ fields: [String: FieldValue],
        where isMeant: (SalesforceRecord) -> Bool
    ) -> String? {
        guard let index = firstIndex(where: isMeant) else { return nil }
        self[index].fields.merge(fields) { _, later in later }
        return self[index].id
    }
}
