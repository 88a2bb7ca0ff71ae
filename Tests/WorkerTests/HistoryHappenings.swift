import Model

/// One thing that happened, however often it was told.
struct Happening {
    var told: Told
    /// Its place in the journal, from 1, enrichments left out.
    var number: Int
    var receivedAt: Int64
    /// Rule 3: what the provider says, else the receipt; never later than the receipt.
    var occurredAt: Int64
    var batch: Int
    /// When it was told, the second tellings too.
    var tellings: [Int64]

    /// Rule 4: with an id the same id; without one the same content within ten minutes of the last telling; an opt-out or
    /// removal without an id is never the same.
    static func all(in receipts: [HistoryWorld.Receipt]) -> [Happening] {
        var all: [Happening] = []
        for receipt in receipts {
            let told = receipt.told
            let same = all.indices.filter { all[$0].isSame(told, at: receipt.at) }
                .max { all[$0].lastTold < all[$1].lastTold }
            if let same {
                all[same].tellings.append(receipt.at)
                continue
            }
            let provider = told.occurredAt ?? (told.action == .subscribe ? told.createdOn : nil)
            all.append(
                Happening(
                    told: told,
                    number: all.count + 1,
                    receivedAt: receipt.at,
                    occurredAt: min(provider ?? receipt.at, receipt.at),
                    batch: receipt.batch,
                    tellings: [receipt.at]
                )
            )
        }
        return all
    }

    static let window: Int64 = 600_000

    private var lastTold: Int64 { tellings.max() ?? receivedAt }

    private func isSame(_ other: Told, at time: Int64) -> Bool {
        if other.webhookID != nil { return told.webhookID == other.webhookID }
        guard other.action != .unsubscribe, other.action != .removed else { return false }
        return told.content == other.content && abs(time - lastTold) <= Self.window
    }
}
