/// How much may wait for a commit, and how much goes into one.
package struct AppendLimits: Hashable, Sendable {
    /// Callbacks that may wait, beside those being committed; default 10,000.
    package var queued = 10_000
    /// Bytes of body and query that may wait, though one callback always may; default 64 MiB.
    package var queuedBytes = 64 << 20
    /// Callbacks in one commit; default 512, which keeps the journal's lock for some milliseconds only.
    package var batch = 512
    /// Bytes of body and query in one commit, unless a single callback has more; default 8 MiB.
    package var batchBytes = 8 << 20

    package init() {}
}
