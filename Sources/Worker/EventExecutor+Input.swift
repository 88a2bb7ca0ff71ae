import Journal
import Model
import Planning

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
        isOptedOut: Bool
    ) async throws -> PlanningInput {
        let earlier = try await earlierTelling(of: event)
        return PlanningInput(
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
            isOptedOut: isOptedOut,
            // Tellings of one open or click share the key of the first, and so are one Task.
            engagementKey: "event:\(earlier?.eventID ?? event.ticket.eventID)",
            isToldAlready: earlier?.task == .written && event.redrive == 0
        )
    }

    func profile(of event: ClaimedEvent) async throws -> ContactDetails? {
        guard event.action == .enrich, let contactID = event.contactID else { return nil }
        return try await journal.reader.profile(contactID: contactID)
    }

    /// The first event that told the same open or click, where this one is not the first.
    func earlierTelling(of event: ClaimedEvent) async throws(JournalError) -> EarlierTelling? {
        guard event.action == .open || event.action == .click, let person = event.person else { return nil }
        return try await journal.reader.earlierTelling(
            of: event.ticket.eventID,
            person: person,
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
        guard let earlier = try await earlierTelling(of: event), earlier.task == .open else { return nil }
        return .snoozed(
            until: now.advanced(by: configuration.retry.configurationPause),
            .lostAnswer,
            "Event \(earlier.eventID) told the same, and nobody knows yet whether its Task was written."
        )
    }
}
