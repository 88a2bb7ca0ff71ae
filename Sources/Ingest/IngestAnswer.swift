import Foundation
import HTTPTypes
import Hummingbird
import NIOCore

/// How a request to a webhook address is answered.
enum IngestAnswer: Hashable {
    /// On disk: only then may the sender forget it.
    case accepted(callbackID: Int64)
    case malformed(CallbackProblem, callbackID: Int64)
    case unauthorized
    case tooLarge(limit: Int)
    /// Not stored. GetResponse's webhooks are sent again after a 503, never after a 4xx.
    case unavailable(retryAfterSeconds: Int)
    case wrongMethod

    private struct ErrorBody: Encodable {
        var error: String
        var callbackID: Int64?

        enum CodingKeys: String, CodingKey {
            case error
            case callbackID = "callback_id"
        }
    }

    /// GetResponse repeats a webhook that is answered 200 with anything else in the body.
    private static let acceptedBody = ByteBuffer(string: #"{"status":"OK"}"#)

    var outcome: IngestMetrics.Outcome {
        switch self {
        case .accepted: .accepted
        case .malformed: .malformed
        case .unauthorized: .unauthorized
        case .tooLarge: .tooLarge
        case .unavailable: .unavailable
        case .wrongMethod: .wrongMethod
        }
    }

    var status: HTTPResponse.Status {
        switch self {
        case .accepted: .ok
        case .malformed: .badRequest
        case .unauthorized: .unauthorized
        case .tooLarge: .contentTooLarge
        case .unavailable: .serviceUnavailable
        case .wrongMethod: .methodNotAllowed
        }
    }

    /// The id of the row that the request became; nil where it was not stored.
    var callbackID: Int64? {
        switch self {
        case .accepted(let id), .malformed(_, let id): id
        case .unauthorized, .tooLarge, .unavailable, .wrongMethod: nil
        }
    }

    func response() throws -> Response {
        var headers: HTTPFields = [.contentType: "application/json"]
        switch self {
        case .unavailable(let seconds): headers[.retryAfter] = String(seconds)
        case .wrongMethod: headers[.allow] = "GET, POST"
        case .accepted, .malformed, .unauthorized, .tooLarge: break
        }
        return Response(status: status, headers: headers, body: ResponseBody(byteBuffer: try body()))
    }

    private func body() throws -> ByteBuffer {
        guard let sentence else { return Self.acceptedBody }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return ByteBuffer(bytes: try encoder.encode(ErrorBody(error: sentence, callbackID: callbackID)))
    }

    private var sentence: String? {
        switch self {
        case .accepted: nil
        case .malformed(let problem, let id): problem.sentence(callbackID: id)
        case .unauthorized: "The token is missing or unknown; use the webhook address with the token of this LeadRelay."
        case .tooLarge(let limit): "The body is larger than \(limit) bytes; send fewer events at a time."
        case .unavailable: "The callback was not stored; send it again in a moment."
        case .wrongMethod: "Only GET and POST are answered here."
        }
    }
}
