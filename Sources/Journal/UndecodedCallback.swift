package import Foundation
package import Model

/// A delivery that the worker has yet to decode.
package struct UndecodedCallback: Sendable {
    package var id: Int64
    package var receivedAt: Timestamp
    package var source: Source
    package var method: String
    package var query: String?
    package var contentType: String?
    package var webhookID: String?
    package var webhookType: String?
    package var body: Data?
    /// Whether ingest refused it with 400.
    package var isMalformed: Bool
}

/// A decoded element of a delivery, with what the rules say of it.
package struct DecodedElement: Sendable {
    package var event: DecodedEvent
    package var lane: Lane
    /// Whether it takes the person's consent away.
    package var isOptOut: Bool
    /// Whether it takes consent away for every list, not only for the one that the event names.
    package var isGlobal: Bool

    package init(event: DecodedEvent, lane: Lane, isOptOut: Bool, isGlobal: Bool = false) {
        self.event = event
        self.lane = lane
        self.isOptOut = isOptOut
        self.isGlobal = isGlobal
    }

    /// Whether it gives or takes consent; a drift only finds that what was taken does not show.
    var changesConsent: Bool { event.action != .drift && (isOptOut || event.action == .subscribe) }

    /// The list whose consent it changes; nil for all of them.
    var consentListID: String? { isGlobal ? nil : event.payload.contact.listID }
}

/// A delivery and everything it was decoded into.
package struct DecodedCallback: Sendable {
    package var callback: UndecodedCallback
    package var elements: [DecodedElement]

    package init(callback: UndecodedCallback, elements: [DecodedElement]) {
        self.callback = callback
        self.elements = elements
    }
}
