import AsyncHTTPClient
import Foundation
import Model
import NIOCore
import NIOHTTP1
import Time

/// A request before it has a host and a token.
struct Outgoing: Sendable {
    var method: HTTPMethod
    /// From `/services` on, percent-encoded, with the query.
    var path: String
    var headers: [(String, String)] = []
    /// JSON or a form; nil for GET.
    var body: Data?
    /// Whether it changes anything in Salesforce.
    var isWrite: Bool
}

/// A whole answer.
struct HTTPAnswer: Sendable {
    var status: Int
    var headers: HTTPHeaders
    var body: Data
}

/// Sends one request and reads its whole answer; knows nothing of tokens.
struct Transport: Sendable {
    static let maximumBytes = 8 << 20
    /// Why a request failed that nobody waits for any more.
    static let cancelled = "the request was cancelled"

    let httpClient: HTTPClient
    /// For the whole exchange, connecting and the body included; the HTTP client's own deadline ends with the head.
    let timeout: Duration

    /// - Throws: `notSent` or `lostAnswer` for a write, `unanswered` or `undecodable` for a question. Every status is an
    ///   answer.
    func send(_ outgoing: Outgoing, to base: ServiceURL) async throws(SalesforceError) -> HTTPAnswer {
        var request = HTTPClientRequest(url: base.text + outgoing.path)
        request.method = outgoing.method
        for (name, value) in outgoing.headers { request.headers.add(name: name, value: value) }
        let mark = SendMark()
        if let body = outgoing.body {
            let bytes = ByteBuffer(bytes: body)
            request.body = .stream(OneShotBody(bytes: bytes, mark: mark), length: .known(Int64(bytes.readableBytes)))
        }
        do {
            return try await exchange(request)
        } catch {
            let reason = Self.reason(of: error)
            guard outgoing.isWrite else {
                throw error is NIOTooManyBytesError ? .undecodable(reason: reason) : .unanswered(reason: reason)
            }
            throw mark.isSet ? .lostAnswer(reason: reason) : .notSent(reason: reason)
        }
    }

    private func exchange(_ request: HTTPClientRequest) async throws -> HTTPAnswer {
        try await withTimeLimit(timeout) { [httpClient, timeout] in
            let response = try await httpClient.execute(request, timeout: TimeAmount(timeout))
            let body = try await response.body.collect(upTo: Self.maximumBytes)
            return HTTPAnswer(
                status: Int(response.status.code),
                headers: response.headers,
                body: Data(body.readableBytesView)
            )
        }
    }

    /// For people; without header values, of which one is the token.
    private static func reason(of error: any Error) -> String {
        switch error {
        case is TimeLimitExceeded: "time-out"
        case is CancellationError: cancelled
        // The HTTP client was shut down.
        case let error as HTTPClientError where error == .cancelled: cancelled
        case is NIOTooManyBytesError: "it is longer than \(maximumBytes) bytes"
        case let error as HTTPClientError: error.shortDescription
        case is IOError: "the connection broke"
        default: "no connection (\(type(of: error)))"
        }
    }
}
