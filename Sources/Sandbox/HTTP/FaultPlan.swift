import Synchronization

/// The faults that wait for their requests; each request takes at most one.
package final class FaultPlan: Sendable {
    private struct Rule {
        var fault: Fault
        var matcher: RequestMatcher
        var remaining: Int
    }

    private let rules = Mutex<[Rule]>([])

    package init() {}

    /// Makes the next `count` requests that match go wrong; earlier rules are used up first.
    package func inject(_ fault: Fault, next count: Int = 1, matching matcher: RequestMatcher = .any) {
        guard count > 0 else { return }
        rules.withLock { $0.append(Rule(fault: fault, matcher: matcher, remaining: count)) }
    }

    /// Forgets all faults that have not happened yet.
    package func clear() {
        rules.withLock { $0.removeAll() }
    }

    /// How many faults have not happened yet.
    package var pending: Int {
        rules.withLock { $0.reduce(0) { $0 + $1.remaining } }
    }

    func take(for request: SandboxRequest) -> Fault? {
        rules.withLock { rules in
            guard let index = rules.firstIndex(where: { $0.matcher.matches(request) }) else { return nil }
            rules[index].remaining -= 1
            let fault = rules[index].fault
            if rules[index].remaining == 0 { rules.remove(at: index) }
            return fault
        }
    }
}
