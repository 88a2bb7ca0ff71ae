import Hummingbird
import HummingbirdTesting
import Ingest
import Journal
import Logging
import Model
import NIOCore
import TestSupport

typealias HTTPFieldName = HTTPFields.Element.Name

/// An ingest with one token of each kind of character, on a store of the test's own.
struct IngestFixture {
    /// In a path only the slash and the percent sign have to be encoded.
    static let secret = "s3cret-Token~+=%20"
    static let encodedSecret = "s3cret-Token~+=%2520"

    let store = RecordingStore()
    let appender: CallbackAppender
    let application: Application<RouterResponder<IngestRequestContext>>

    init(
        tokens: [IngestToken] = [IngestToken(label: "primary", secret: Self.secret)],
        maxBodyBytes: Int = 1_048_576,
        limits: AppendLimits = AppendLimits()
    ) {
        var configuration = IngestConfiguration(tokens: tokens)
        configuration.maxBodyBytes = maxBodyBytes
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        appender = CallbackAppender(store: store, limits: limits, logger: logger)
        let router = Router(context: IngestRequestContext.self)
        WebhookController(configuration: configuration, appender: appender, time: ManualTimeSource())
            .addRoutes(to: router)
        application = Application(
            router: router,
            configuration: ApplicationConfiguration(address: .hostname("127.0.0.1", port: 0)),
            logger: logger
        )
    }

    /// Sends one request straight to the router.
    func send(
        _ method: HTTPRequest.Method = .post,
        _ uri: String = "/webhooks/getresponse/\(Self.encodedSecret)",
        headers: HTTPFields = [:],
        body: String? = nil
    ) async throws -> TestResponse {
        try await application.test(.router) { client in
            try await client.execute(
                uri: uri,
                method: method,
                headers: headers,
                body: body.map { ByteBuffer(string: $0) }
            )
        }
    }
}

extension TestResponse {
    var text: String { String(buffer: body) }
}

extension NewCallback {
    /// A small callback that a test can tell by its number.
    static func numbered(_ number: Int, bytes: Int = 0) -> NewCallback {
        NewCallback(
            receivedAt: Timestamp(milliseconds: 0),
            source: .getresponse,
            method: "GET",
            query: "n=\(number)",
            body: bytes == 0 ? nil : .init(repeating: 0x20, count: bytes)
        )
    }

    var number: Int? { query.flatMap { Int($0.dropFirst(2)) } }
}
