import AsyncHTTPClient
import Foundation
import Model
import NIOCore
import NIOHTTP1
import Time

/// A whole answer.
struct HTTPAnswer: Sendable {
    var status: Int
    var headers: HTTPHeaders
    var body: Data
}

extension HTTPClient {
    /// Sends a request and reads the whole answer, in `limit` of time and `maximumBytes` of body.
    ///
    /// The client's own deadline ends with the answer's head, so a body that trickles in needs ours.
    func answer(
        to request: HTTPClientRequest,
        within limit: Duration,
        maximumBytes: Int
    ) async throws(GetResponseError) -> HTTPAnswer {
        do {
            return try await withTimeLimit(limit) {
                let response = try await self.execute(request, timeout: TimeAmount(limit))
                let body = try await response.body.collect(upTo: maximumBytes)
                return HTTPAnswer(
                    status: Int(response.status.code),
                    headers: response.headers,
                    body: Data(body.readableBytesView)
                )
            }
        } catch is NIOTooManyBytesError {
            throw .undecodable(status: 200, reason: "it is longer than \(maximumBytes) bytes")
        } catch {
            throw GetResponseError(connectionError: error)
        }
    }
}

extension GetResponseError {
    /// Tells a request that can't have left from one whose answer was lost.
    ///
    /// Everything here only reads, so the difference is for people, not for correctness.
    init(connectionError error: any Error) {
        switch error {
        case is TimeLimitExceeded: self = .lostAnswer(reason: "time-out")
        case is CancellationError: self = .lostAnswer(reason: "the request was cancelled")
        case let error as HTTPClientError:
            switch error {
            case .connectTimeout, .getConnectionFromPoolTimeout, .tlsHandshakeTimeout, .socksHandshakeTimeout,
                .httpProxyHandshakeTimeout, .invalidURL, .emptyHost, .emptyScheme, .alreadyShutdown:
                self = .connection(reason: error.shortDescription)
            default:
                // The faulty value would be the key: say that, not the value.
                self =
                    error.shortDescription == HTTPClientError.invalidHeaderFieldValues([]).shortDescription
                    ? .authentication(code: nil, message: "The key or domain holds a character no header can carry.")
                    : .lostAnswer(reason: error.shortDescription)
            }
        case let error as IOError where Self.connectErrors.contains(error.errnoCode):
            self = .connection(reason: "no connection (errno \(error.errnoCode))")
        case is IOError, is HTTPParserError: self = .lostAnswer(reason: "the connection broke")
        default: self = .connection(reason: "no connection (\(type(of: error)))")
        }
    }

    /// What only `connect` reports.
    private static let connectErrors = [ECONNREFUSED, ENETUNREACH, EHOSTUNREACH, ENETDOWN]
}
