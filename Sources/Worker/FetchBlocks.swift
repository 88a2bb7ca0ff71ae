import Journal
import Model

/// Until when each share's next request is known to be refused, so that nobody need be asked before.
struct FetchBlocks: Sendable {
    private struct Block {
        /// When the request may go, and when to ask again in case the ledger says something else by then.
        var until: Int64
        var again: Int64
    }

    /// A pause may end early, and so may what others hold: the ledger is asked at least this often, in milliseconds.
    private static let longest: Int64 = 5000

    private var blocks: [RequestShare: Block] = [:]

    /// Notes a refusal, in milliseconds of the boot clock.
    mutating func block(_ share: RequestShare, for wait: Duration, now: Int64) {
        let wait = max(1, wait.wholeMilliseconds)
        blocks[share] = Block(until: now + wait, again: now + min(wait, Self.longest))
    }

    /// How long until it is worth asking for this share.
    func remaining(_ share: RequestShare, now: Int64) -> Duration? {
        guard let block = blocks[share], block.again > now else { return nil }
        return .milliseconds(block.again - now)
    }

    /// Whether the share's next request is further away than a burst's pace: then the budget is what it waits for.
    func isExhausted(_ share: RequestShare, gap: Int64, now: Int64) -> Bool {
        guard let block = blocks[share], block.again > now else { return false }
        return block.until - now > gap + 100
    }
}
