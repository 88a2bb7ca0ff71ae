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
        PlanningInput(
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
            engagementKey: try await engagementKey(of: event)
        )
    }

    func profile(of event: ClaimedEvent) async throws -> ContactDetails? {
        guard event.action == .enrich, let contactID = event.contactID else { return nil }
        return try await journal.reader.profile(contactID: contactID)
    }

    /// Opens and clicks that tell the same within the window are one Task: they share the key of the first.
    private func engagementKey(of event: ClaimedEvent) async throws -> String? {
        guard event.action == .open || event.action == .click, let person = event.person else { return nil }
        let first = try await journal.reader.earlierTelling(
            of: event.ticket.eventID,
            person: person,
            action: event.action,
            message: event.payload.message?.id ?? event.payload.message?.name,
            link: event.payload.link?.id ?? event.payload.link?.url,
            receivedAt: event.receivedAt,
            window: configuration.duplicateWindow
        )
        return "event:\(first ?? event.ticket.eventID)"
    }
}
