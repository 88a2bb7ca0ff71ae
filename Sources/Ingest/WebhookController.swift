import Foundation
import HTTPTypes
package import Hummingbird
import Journal
import Logging
import Model
import NIOCore
package import Time

/// Takes callbacks over HTTP: authenticates, bounds, stores, answers.
///
/// `POST` and `GET` at `/webhooks/getresponse` and `/webhooks/zapier`, with the token as the next path component or as
/// `?token=` (the path's counts where there are both). The answer 200 is sent only when the callback is on disk. Nothing
/// is decoded: of a JSON body it is only checked that it is one.
package struct WebhookController<Context: RemoteAddressRequestContext>: Sendable {
    private let configuration: IngestConfiguration
    private let verifier: TokenVerifier
    private let appender: CallbackAppender
    private let metrics: IngestMetrics
    private let time: any TimeSource

    package init(
        configuration: IngestConfiguration,
        appender: CallbackAppender,
        metrics: IngestMetrics = IngestMetrics(),
        time: any TimeSource
    ) {
        self.configuration = configuration
        verifier = TokenVerifier(tokens: configuration.tokens)
        self.appender = appender
        self.metrics = metrics
        self.time = time
    }

    /// Adds the webhook addresses, and a middleware that answers 405 there.
    package func addRoutes(to router: Router<Context>) {
        router.add(middleware: WebhookMethodMiddleware(metrics: metrics))
        for source in WebhookSource.allCases {
            for path in [source.path, "\(source.path)/:token"] {
                for method in [HTTPRequest.Method.get, .post] {
                    router.on(RouterPath(path), method: method) { request, context in
                        try await respond(to: request, from: source, context: context)
                    }
                }
            }
        }
    }

    private func respond(to request: Request, from source: WebhookSource, context: Context) async throws -> Response {
        let start = ContinuousClock.now
        let answer = try await answer(to: request, from: source, context: context)
        metrics.answered(answer.outcome, source: source, in: start.duration(to: .now))
        // The path is left out: it holds the token.
        context.logger.debug(
            "Callback answered",
            metadata: [
                "callback.source": "\(source.rawValue)", "callback.result": "\(answer.outcome.rawValue)",
                "callback.id": "\(answer.callbackID.map(String.init) ?? "none")",
                "http.status": "\(answer.status.code)",
            ]
        )
        return try answer.response()
    }

    private func answer(
        to request: Request,
        from source: WebhookSource,
        context: Context
    ) async throws -> IngestAnswer {
        let query = WebhookQuery(target: request.head.path ?? "")
        guard let token = context.parameters.get("token") ?? query.token, let label = tokenLabel(of: token)
        else { return .unauthorized }
        guard let body = try await body(of: request) else { return .tooLarge(limit: configuration.maxBodyBytes) }
        let problem = CallbackProblem(
            query: query.kept,
            contentType: request.headers[.contentType],
            contentEncoding: request.headers[.contentEncoding],
            body: body
        )
        let callback = NewCallback(
            receivedAt: Timestamp(milliseconds: time.read().wall),
            source: source.source,
            method: request.method.rawValue,
            query: query.kept,
            contentType: request.headers[.contentType],
            webhookID: request.headers[values: .webhookID].first,
            webhookType: request.headers[values: .webhookType].first,
            body: body.readableBytes > 0 ? Data(body.readableBytesView) : nil,
            remoteAddress: ClientAddress(trustedProxies: configuration.trustedProxies).address(
                peer: context.remoteAddress?.ipAddress,
                forwardedFor: request.headers[values: .forwardedFor]
            ),
            tokenLabel: label,
            isMalformed: problem != nil
        )
        do {
            let id = try await appender.append(callback)
            return problem.map { .malformed($0, callbackID: id) } ?? .accepted(callbackID: id)
        } catch {
            return .unavailable(retryAfterSeconds: configuration.retryAfterSeconds)
        }
    }

    /// A token in the path may be percent-encoded or not; both are looked up whatever the first gives.
    private func tokenLabel(of token: String) -> String? {
        let asReceived = verifier.label(of: token)
        let decoded = verifier.label(of: WebhookQuery.decoded(token))
        return asReceived ?? decoded
    }

    /// The whole body; nil when it is, or claims to be, larger than is read.
    ///
    /// - Throws: An HTTP 400 when the connection ended before the body did, which must not be stored as if it were whole.
    private func body(of request: Request) async throws -> ByteBuffer? {
        let declared = request.headers[.contentLength].flatMap { Int($0) }
        if let declared, declared > configuration.maxBodyBytes { return nil }
        do {
            let body = try await request.body.collect(upTo: configuration.maxBodyBytes)
            if let declared, body.readableBytes < declared {
                throw HTTPError(.badRequest, message: "The body ended before its length; send it again.")
            }
            return body
        } catch is NIOTooManyBytesError {
            return nil
        }
    }
}
