import Callbacks
package import Journal
import Model
package import Planning

/// Decodes raw callbacks, and says of every element what the rules make of it.
///
/// It is pure: the same callback and policy give the same elements, whether for the first time or for a replay.
package struct CallbackInterpreter: Sendable {
    private let policy: SyncPolicy
    private let decoder = CallbackDecoder()

    package init(policy: SyncPolicy) {
        self.policy = policy
    }

    /// The delivery with all its elements; there is at least one, which says why where nothing could be read.
    package func interpret(_ callback: UndecodedCallback) -> DecodedCallback {
        let raw = RawCallback(
            source: callback.source,
            method: callback.method,
            query: callback.query,
            contentType: callback.contentType,
            webhookID: callback.webhookID,
            webhookType: callback.webhookType,
            body: callback.body,
            isMalformed: callback.isMalformed
        )
        let elements = decoder.decode(raw).map { event in
            DecodedElement(
                event: event,
                lane: Classification.lane(of: event, source: callback.source),
                isOptOut: Classification.isOptOut(event.action, reason: event.payload.reason, policy: policy),
                isGlobal: Classification.isGlobal(event.action, reason: event.payload.reason)
            )
        }
        return DecodedCallback(callback: callback, elements: elements)
    }
}
