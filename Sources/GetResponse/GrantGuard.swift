package import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import Synchronization

/// Looks at a request's grant once more in the moment in which its bytes go to the connection.
///
/// Between the client's own look and that moment lie a queue and, often, the making of a connection. A process that is stopped
/// there, or a machine that is suspended, would send when it goes on: long after the grant ran out, and perhaps after its row
/// left the window that is counted.
package final class GrantGuard: Sendable {
    private struct Entry {
        var usable: @Sendable () -> Bool
        var isRefused = false
    }

    private struct State {
        var entries: [Int: Entry] = [:]
        var latest = 0
    }

    /// Names the entry on the way to the connection, where it is taken out again.
    static let header = "leadrelay-grant"

    private let state = Mutex(State())

    package init() {}

    /// Makes every connection of a client with this configuration ask the guard.
    ///
    /// HTTP/1.1 only: its connections are the one place where a request's head can be held back, and ten requests at a time
    /// need no more.
    package func install(in configuration: inout HTTPClient.Configuration) {
        configuration.httpVersion = .http1Only
        configuration.http1_1ConnectionDebugInitializer = { [self] channel in
            channel.eventLoop.submit {
                let pipeline = channel.pipeline.syncOperations
                let decoder = try pipeline.handler(type: ByteToMessageHandler<HTTPResponseDecoder>.self)
                try pipeline.addHandler(GrantHandler(self), position: .after(decoder))
            }
        }
    }

    /// Puts a grant into the guard's hands for the time of its request.
    ///
    /// - Returns: The value of `header`.
    func enter(_ grant: RequestGrant) -> Int {
        state.withLock { state in
            state.latest += 1
            state.entries[state.latest] = Entry(usable: grant.usable)
            return state.latest
        }
    }

    /// Forgets a grant.
    ///
    /// - Returns: Whether its request was held back.
    func leave(_ entry: Int) -> Bool {
        state.withLock { $0.entries.removeValue(forKey: entry)?.isRefused ?? false }
    }

    /// Whether the request of an entry may still go.
    fileprivate func permits(_ entry: Int) -> Bool {
        state.withLock { state in
            guard let found = state.entries[entry], found.usable() else {
                state.entries[entry]?.isRefused = true
                return false
            }
            return true
        }
    }
}

/// Holds back, on one connection, what has no grant any more.
///
/// The request is answered here instead, so that the connection stays: where one takes longer to make than a grant lives, the
/// next request finds it.
private final class GrantHandler: ChannelDuplexHandler {
    typealias InboundIn = HTTPClientResponsePart
    typealias InboundOut = HTTPClientResponsePart
    typealias OutboundIn = HTTPClientRequestPart
    typealias OutboundOut = HTTPClientRequestPart

    private let grants: GrantGuard
    private var isHoldingBack = false

    init(_ grants: GrantGuard) {
        self.grants = grants
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        switch unwrapOutboundIn(data) {
        case .head(var head):
            if let entry = head.headers.first(name: GrantGuard.header).flatMap({ Int($0) }) {
                head.headers.remove(name: GrantGuard.header)
                isHoldingBack = !grants.permits(entry)
            }
            guard !isHoldingBack else { break }
            return context.write(wrapOutboundOut(.head(head)), promise: promise)
        case .body:
            guard !isHoldingBack else { break }
            return context.write(data, promise: promise)
        case .end:
            guard isHoldingBack else { return context.write(data, promise: promise) }
            isHoldingBack = false
            // Not within the write: an answer to a request that is still being written would be an error.
            context.eventLoop.assumeIsolated().execute { [self] in answer(context) }
        }
        promise?.succeed()
    }

    private func answer(_ context: ChannelHandlerContext) {
        let head = HTTPResponseHead(version: .http1_1, status: .preconditionFailed, headers: ["Content-Length": "0"])
        context.fireChannelRead(wrapInboundOut(.head(head)))
        context.fireChannelRead(wrapInboundOut(.end(nil)))
        context.fireChannelReadComplete()
    }
}
