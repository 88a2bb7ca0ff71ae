import Sandbox
import Synchronization

/// What somebody else does in the org between our look and our write, once.
final class Race: Sendable {
    private let isRun = Mutex(false)
    private let happen: @Sendable () throws -> Void

    init(_ happen: @escaping @Sendable () throws -> Void) {
        self.happen = happen
    }

    /// Lets it happen when the first write of that path arrives; no request ever matches.
    func atWrite(of path: String) -> RequestMatcher {
        .satisfying { [self] request in
            guard request.method != "GET", request.path.contains(path) else { return false }
            let isFirst = isRun.withLock { isRun in
                defer { isRun = true }
                return !isRun
            }
            if isFirst { try? happen() }
            return false
        }
    }
}
