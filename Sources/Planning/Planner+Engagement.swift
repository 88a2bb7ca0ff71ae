import Model

extension Planner {
    /// Adds a tag to the person's Lead, and makes it Hot when the tag shows intent.
    func tagging(_ input: PlanningInput, choice: TargetRule.Choice) -> Plan {
        let carried = input.payload.contact.tags ?? []
        let applied = input.payload.tag.map { [$0] } ?? carried
        guard !applied.isEmpty else { return Plan(outcome: .ignored(reason: "It names no tag.")) }
        guard let lead = choice.lead else {
            guard choice.contact != nil else { return Plan(outcome: .noTarget, choice: choice.reason) }
            let reason = "The person is a Contact, and tags and rating are a Lead's."
            return Plan(outcome: .ignored(reason: reason), choice: choice.reason)
        }
        // What the callback carries is the contact's whole set, but not that of the person's other contacts.
        let isWhole =
            !carried.isEmpty
            && !lead.belongsToOtherContact(than: input.knownContactID, field: policy.fields.contactID)
        let held = isWhole ? [] : TagsRule.tags(in: lead.fields[policy.fields.tags]?.string)
        var fields = FieldSet(.lead, org)
        fields.set(policy.fields.tags, tags: held + carried + applied)
        let highIntent = Set(policy.highIntentTags.map { $0.lowercased() })
        if applied.contains(where: { highIntent.contains($0.lowercased()) }) { fields.set("Rating", "Hot") }
        return Plan(effects: change(lead, to: fields, kind: .leadUpdate), outcome: .applied, choice: choice.reason)
    }

    /// Logs an open or a click as a Task, unless it gets none, and moves the Lead's last open forward.
    func engagement(_ input: PlanningInput, choice: TargetRule.Choice) -> Plan {
        guard let who = choice.lead?.id ?? choice.contact?.id else {
            return Plan(outcome: .noTarget, choice: choice.reason)
        }
        var effects: [EffectIntent] = []
        if input.action == .open, let lead = choice.lead, isLater(input.occurredAt, thanLastOpenOf: lead) {
            var fields = FieldSet(.lead, org)
            fields.set(policy.fields.lastEmailOpened, input.occurredAt)
            effects = change(lead, to: fields, kind: .leadUpdate)
        }
        let reason = reasonAgainstTask(input)
        if reason == nil { effects.append(task(for: input, who: who)) }
        let isIgnored = effects.isEmpty && !input.isToldAlready
        return Plan(
            effects: effects,
            outcome: isIgnored ? .ignored(reason: reason ?? "") : .applied,
            choice: choice.reason,
            remark: reason
        )
    }

    private func isLater(_ time: Timestamp, thanLastOpenOf lead: SalesforceRecord) -> Bool {
        guard let held = lead.fields[policy.fields.lastEmailOpened]?.string.flatMap({ Timestamp(text: $0) }) else {
            return true
        }
        return time > held
    }

    private func task(for input: PlanningInput, who: String) -> EffectIntent {
        var fields = FieldSet(.task, org)
        fields.set("WhoId", who)
        fields.set("Subject", subject(of: input), ending: TaskSubject.ending(at: input.occurredAt))
        fields.set("Status", "Completed")
        fields.set("Priority", "Normal")
        fields.set("ActivityDate", input.occurredAt.isoDate)
        fields.set("Description", description(of: input))
        return EffectIntent(
            kind: .taskCreate,
            object: .task,
            target: .externalID(field: policy.fields.eventKey, value: taskKey(of: input)),
            fields: fields.values,
            shortened: fields.shortened
        )
    }

    private func subject(of input: PlanningInput) -> String {
        let message = input.payload.message
        let name = message?.name ?? message?.subject ?? message?.id
        let link = input.payload.link
        let target = input.action == .click ? link?.url ?? link?.name ?? link?.id : nil
        let kind = input.action == .click ? "Email Click" : "Email Open"
        let told = [name, target].compactMap { $0?.words.joined(separator: " ") }.joined(separator: " — ")
        return told.isEmpty ? kind : "\(kind): \(told)"
    }

    private func description(of input: PlanningInput) -> String {
        let message = input.payload.message
        let lines: [(String, String?)] = [
            (input.action == .click ? "Clicked" : "Opened", input.occurredAt.iso8601),
            ("Message", message?.name),
            ("Message subject", message?.subject),
            ("Link", input.payload.link?.name),
            ("URL", input.payload.link?.url),
        ]
        return lines.compactMap { label, value in value.map { "\(label): \($0)" } }.joined(separator: "\n")
    }
}
