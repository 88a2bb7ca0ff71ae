import Ingest
import Journal
import Logging
import Synchronization
import Testing

/// A callback that SQLite itself refuses must not cost those that share its commit.
@Suite("A callback that the journal refuses", .timeLimit(.minutes(1)))
struct RefusedCallbackTests {
    /// Refuses every commit that has one of the poisonous numbers in it, as SQLite does when a constraint fails.
    private final class PickyStore: CallbackStore {
        private struct State {
            var stored: [Int] = []
            var commits = 0
        }

        private let state = Mutex(State())
        private let poisonous: Set<Int>

        init(refusing poisonous: Set<Int>) {
            self.poisonous = poisonous
        }

        var stored: [Int] { state.withLock(\.stored) }
        var commits: Int { state.withLock(\.commits) }

        func append(_ callbacks: [NewCallback]) async throws(JournalError) -> [Int64] {
            try state.withLock { state throws(JournalError) in
                state.commits += 1
                let numbers = callbacks.map { $0.number ?? -1 }
                guard poisonous.isDisjoint(with: numbers) else { throw .database("constraint failed") }
                state.stored += numbers
                return (state.stored.count - numbers.count..<state.stored.count).map { Int64($0 + 1) }
            }
        }
    }

    @Test(arguments: [[0], [63], [17], [3, 40, 41], Set(0..<64)] as [Set<Int>])
    func failsAlone(poisonous: Set<Int>) async {
        let store = PickyStore(refusing: poisonous)
        let appender = CallbackAppender(store: store, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        let outcomes = await withTaskGroup(of: (Int, Int64?).self) { group in
            for number in 0..<64 {
                group.addTask { (number, try? await appender.append(.numbered(number))) }
            }
            return await group.reduce(into: [Int: Int64?]()) { $0[$1.0] = $1.1 }
        }
        for (number, id) in outcomes {
            #expect((id == nil) == poisonous.contains(number))
            if let id { #expect(store.stored[Int(id) - 1] == number, "everybody is told the id of its own row") }
        }
        #expect(store.stored.count == 64 - poisonous.count)
        #expect(store.commits < 150, "the good ones share commits")
    }
}
