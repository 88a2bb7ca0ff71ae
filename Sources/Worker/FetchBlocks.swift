import Journal
import Model

/// Until when each share's next request is known to be refused, so that nobody need be asked before.
struct FetchBlocks: Sendable {
    /// A pause may end early, and so may what others hold: the ledger is asked at least this often, in milliseconds.
    private static let longest: Int64 = 5000

    /// When to ask again: when the request may go, or sooner in case the ledger says something else by then.
    private var blocks: [RequestShare: Int64] = [:]

    /// Notes a refusal, in milliseconds of the boot clock.
    mutating func block(_ share: RequestShare, for wait: Duration, now: Int64) {
        blocks[share] = now + min(max(1, wait.wholeMilliseconds), Self.longest)
    }

    /// How long until it is worth asking for this share.
    func remaining(_ share: RequestShare, now: Int64) -> Duration? {
        guard let again = blocks[share], again > now else { return nil }
        return .milliseconds(again - now)
    }
}
