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
                let encoder = try pipeline.handler(type: HTTPRequestEncoder.self)
                try pipeline.addHandler(GrantHandler(self), position: .after(encoder))
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

/// Holds back, on one connection, what has no grant any more, and closes the connection with it.
private final class GrantHandler: ChannelOutboundHandler {
    typealias OutboundIn = HTTPClientRequestPart
    typealias OutboundOut = HTTPClientRequestPart

    private let grants: GrantGuard
    private var isClosing = false

    init(_ grants: GrantGuard) {
        self.grants = grants
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        guard !isClosing else {
            promise?.fail(ChannelError.ioOnClosedChannel)
            return
        }
        guard case .head(var head) = unwrapOutboundIn(data),
            let entry = head.headers.first(name: GrantGuard.header).flatMap({ Int($0) })
        else { return context.write(data, promise: promise) }
        guard grants.permits(entry) else {
            isClosing = true
            promise?.fail(ChannelError.ioOnClosedChannel)
            return context.close(promise: nil)
        }
        head.headers.remove(name: GrantGuard.header)
        context.write(wrapOutboundOut(.head(head)), promise: promise)
    }
}
