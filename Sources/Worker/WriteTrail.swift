import Model
import Synchronization

/// What really left for one effect, noted as it leaves: a refusal is recorded as truly as a yes.
final class WriteTrail: Sendable {
    struct Sent: Sendable {
        /// The latest HTTP request; nil where nothing was sent.
        var requestID: String?
        /// The fields in it; nil where nothing was sent.
        var fields: [String: FieldValue]?
        /// What a person should know of an effect that was carried out otherwise than planned.
        var remark: String?
    }

    private let state = Mutex(Sent())

    var sent: Sent { state.withLock { $0 } }

    /// Another try at sending begins, with these fields.
    func begin(_ fields: [String: FieldValue]) {
        state.withLock { $0.fields = fields }
    }

    func note(requestID: String) {
        state.withLock { $0.requestID = requestID }
    }

    func note(remark: String) {
        state.withLock { $0.remark = remark }
    }
}
