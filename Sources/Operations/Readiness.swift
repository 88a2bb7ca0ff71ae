/// Whether a process can do its work just now.
package enum Readiness: Hashable, Sendable {
    case ready
    /// What is missing, in a sentence for people.
    case notReady(reason: String)
}
