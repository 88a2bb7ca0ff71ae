import Journal
import Model
import Planning
import Salesforce

/// What an event's plan follows from.
extension EventExecutor {
    /// What the journal knows of the event's person, the event's own contact included.
    func knowledge(of event: ClaimedEvent) async throws(JournalError) -> PersonKnowledge {
        var knowledge = PersonKnowledge()
        if let person = event.person { knowledge = try await journal.reader.knowledge(of: person) }
        if let contactID = event.contactID, !knowledge.contactIDs.contains(contactID) {
            knowledge.contactIDs.append(contactID)
        }
        return knowledge
    }

    func planningInput(
        for event: ClaimedEvent,
        profile: ContactDetails?,
        records: SalesforceRecords,
        consent: ConsentRule.Standing
    ) async throws -> PlanningInput {
        var input = PlanningInput(
            action: event.action,
            payload: event.payload,
            source: event.source,
            person: event.person,
            contactID: event.contactID,
            listID: event.listID,
            occurredAt: event.occurredAt,
            receivedAt: event.receivedAt,
            profile: profile,
            records: records,
            isOptedOut: consent.isOptedOut,
            engagementKey: "event:\(event.ticket.eventID)"
        )
        let isFinal = consent.isOptedOut || consent.optOutTimes.contains(event.occurredAt)
        input.staysOnLists = event.isOptOut && !isFinal
        if let engagement = try await engagement(of: event) {
            input.engagementKey = engagement.key
            input.isToldAlready = engagement.task.telling == .written && event.redrive == 0
            input.tasksOfDay = engagement.task.isBegun ? 0 : engagement.task.othersOfDay
        }
        return input
    }

    /// What the person's consent comes to, this event's own part in it included.
    func consent(after event: ClaimedEvent, _ knowledge: PersonKnowledge) -> ConsentRule.Standing {
        var standing = ConsentRule(configuration.policy).standing(knowledge.consent)
        // An opt-out about which the chain says nothing is one all the same.
        if event.isOptOut, knowledge.consent.isEmpty { standing.isOptedOut = true }
        return standing
    }

    /// Adds the record that a sweep found, where none of the person's names leads to it any more.
    func addFound(_ id: String?, to resolution: inout Resolution) async {
        guard let id, !resolution.holds(id) else { return }
        let named = await resolver.records(named: [APIFault.Match(id: id)])
        resolution.add(named.records)
        resolution.leads.failure = resolution.leads.failure ?? named.leads.failure
        resolution.contacts.failure = resolution.contacts.failure ?? named.contacts.failure
    }

    func profile(of event: ClaimedEvent) async throws -> ContactDetails? {
        guard event.action == .enrich, let contactID = event.contactID else { return nil }
        return try await journal.reader.profile(contactID: contactID)
    }

    /// What decides about the Task of an open or click.
    struct Engagement {
        /// Tellings of one open or click share that of the first, and so are one Task.
        var key: String
        var task: TaskStanding
    }

    /// What the journal knows of the Task of an open or click; nil for anything else, and where none is to be made.
    func engagement(of event: ClaimedEvent) async throws(JournalError) -> Engagement? {
        guard let person = event.person, configuration.policy.tasks.frequency(of: event.action) != .never else {
            return nil
        }
        var input = PlanningInput(
            action: event.action,
            payload: event.payload,
            source: event.source,
            person: person,
            contactID: event.contactID,
            listID: event.listID,
            occurredAt: event.occurredAt,
            receivedAt: event.receivedAt,
            records: SalesforceRecords()
        )
        let isOneTask = planner.isOneTask(input)
        let first = isOneTask ? nil : try await earlierTelling(of: event)
        let key = "event:\(first ?? event.ticket.eventID)"
        input.engagementKey = key
        let task = try await journal.reader.taskStanding(
            key: planner.taskKey(of: input),
            eventID: event.ticket.eventID,
            person: person,
            day: event.occurredAt.isoDate,
            limit: configuration.policy.tasks.dailyLimit
        )
        return Engagement(key: key, task: task)
    }

    /// The first event that told the same open or click, where this one is not the first.
    private func earlierTelling(of event: ClaimedEvent) async throws(JournalError) -> Int64? {
        try await journal.reader.earlierTelling(
            of: event.ticket.eventID,
            action: event.action,
            message: event.payload.message?.id ?? event.payload.message?.name,
            link: event.payload.link?.id ?? event.payload.link?.url,
            receivedAt: event.receivedAt,
            window: configuration.duplicateWindow
        )
    }

    /// Waits for an earlier telling whose Task was sent without an answer: in an org where only looking can tell, a second one
    /// could not be told from it.
    func unsettledTelling(of event: ClaimedEvent) async throws(JournalError) -> EventConclusion? {
        guard case .open(let eventID)? = try await engagement(of: event)?.task.telling else { return nil }
        return .snoozed(
            until: now.advanced(by: configuration.retry.configurationPause),
            .lostAnswer,
            "Event \(eventID) told the same, and nobody knows yet whether its Task was written."
        )
    }
}
