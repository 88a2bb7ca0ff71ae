/// Who told us of an event: the value of `callback.source`.
package enum Source: String, Codable, CaseIterable, Sendable {
    /// GetResponse itself, by callback or webhook.
    case getresponse
    /// An action of a Zap.
    case zapier
    /// The `backfill` command.
    case backfill
    /// The search for removals that no callback told.
    case reconcile
    /// A scheduled question to GetResponse (tags, webinar attendance).
    case poll
}
