import Foundation
import Journal
import Model

extension DecodedElement {
    /// An element that is never a duplicate unless `content` or `identity` says so.
    static func sample(
        _ action: Action,
        email: String? = "ann@example.com",
        contactID: String? = nil,
        listID: String? = nil,
        lane: Lane? = nil,
        position: Int = 0,
        identity: DecodedEvent.Identity? = nil,
        content: String? = nil,
        previousEmail: String? = nil,
        reason: String? = nil,
        at providerTime: Timestamp? = nil,
        createdOn: Timestamp? = nil,
        failure: String? = nil
    ) -> DecodedElement {
        let isOptOut = action == .unsubscribe
        return DecodedElement(
            event: DecodedEvent(
                position: position,
                action: action,
                payload: EventPayload(
                    contact: ContactDetails(
                        contactID: contactID,
                        email: email,
                        listID: listID,
                        createdOn: createdOn
                    ),
                    previousEmail: previousEmail,
                    reason: reason,
                    providerTime: providerTime
                ),
                identity: identity ?? (content == nil ? .unique : .content),
                contentKey: content ?? UUID().uuidString,
                failure: failure
            ),
            lane: lane ?? usualLane(of: action),
            isOptOut: isOptOut
        )
    }

    private static func usualLane(of action: Action) -> Lane {
        switch action {
        case .unsubscribe, .removed: .compliance
        case .tagApplied: .signal
        case .open, .click: .activity
        default: .lead
        }
    }
}

extension NewCallback {
    static func sample(_ body: String = "{}", receivedAt: Timestamp = Timestamp(milliseconds: 1000)) -> NewCallback {
        NewCallback(receivedAt: receivedAt, source: .getresponse, method: "POST", body: Data(body.utf8))
    }
}
