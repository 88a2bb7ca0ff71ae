import NIOCore
import Synchronization

/// Whether the HTTP client has begun to take a request's body.
final class SendMark: Sendable {
    private let flag = Atomic<Bool>(false)

    var isSet: Bool { flag.load(ordering: .acquiring) }

    func set() { flag.store(true, ordering: .releasing) }
}

/// A request body that notes when it is taken, which is how a write that never left is told from a lost answer.
///
/// The HTTP client asks for the first part only after it has a connection and has put the head on it, and refuses what it
/// is given once the request has failed. So with the mark unset after the failure, no byte of the body has left, and
/// Salesforce can't have executed a request whose announced body never came. No list of error types could say as much:
/// a time-out can strike on either side. It also makes the body impossible to send a second time.
struct OneShotBody: AsyncSequence, Sendable {
    let bytes: ByteBuffer
    let mark: SendMark

    struct AsyncIterator: AsyncIteratorProtocol {
        var bytes: ByteBuffer?
        let mark: SendMark

        mutating func next() async -> ByteBuffer? {
            mark.set()
            defer { bytes = nil }
            return bytes
        }
    }

    func makeAsyncIterator() -> AsyncIterator {
        AsyncIterator(bytes: bytes, mark: mark)
    }
}
